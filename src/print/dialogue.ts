/**
 * The dialogue of a host and its agent over the control protocol, followed so that the next agent can take it up where
 * the one before was torn away. Pure.
 *
 * The host must notice nothing: what it has asked for good is asked again and the answer swallowed, what it has asked in
 * vain is asked again and answered by the next agent, what the dead agent has asked is withdrawn, and an answer to that
 * which comes late is for nobody. A turn that the host has seen begin does not begin a second time.
 */
import type { ControlProtocol } from '../agents/contract/pipes.ts';

export interface Dialogue {
  /** A line of the host's, and the record in it. @returns whether it is for the agent that runs */
  fromHost(record: unknown, line: Buffer): boolean;
  /** What the agent prints. @returns whether it is for the host */
  fromAgent(record: unknown, marks: Marks): boolean;
  /** The agent is gone. @returns what the host must hear before another one speaks */
  agentGone(): readonly unknown[];
  /** What the next agent must hear before anything else. */
  opening(): readonly Buffer[];
  /** What it must hear once it has begun the turn: the host has stopped it, and the one before is gone. */
  onceBegun(): readonly Buffer[];
  /** What is not understood, so it is not known what the next agent would have to hear. Null: all is understood. */
  readonly unknown: string | null;
}

/** What a record of the agent's is besides. */
export interface Marks {
  /** A turn begins. */
  readonly begins: boolean;
  /** A turn is over. */
  readonly ends: boolean;
}

const strangeForm = 'a record of the control protocol in no form that is known';

interface Asked {
  readonly line: Buffer;
  readonly isInitialize: boolean;
  /** Holds until the agent ends; the latest of the same name counts. */
  readonly setting: string | null;
}

/** @param onWait the agent waits for a person's answer from now on, or does so no more */
export function createDialogue(
  protocol: ControlProtocol,
  onWait: (awaitsPerson: boolean) => void = () => {},
): Dialogue {
  /** Requests of the host without an answer, by id. */
  const asked = new Map<string, Asked>();
  /** The first request of all, once it is answered. */
  let initialize: { readonly id: string; readonly line: Buffer } | null = null;
  const settings = new Map<string, { readonly id: string; readonly line: Buffer }>();
  /** The host has stopped the turn that runs. */
  let stopped: { readonly id: string; readonly line: Buffer; readonly isAnswered: boolean } | null = null;
  /** Answers that the host has had from an agent before. */
  const answered = new Set<string>();
  /** Requests of the agent without an answer; true: a person is asked. */
  const open = new Map<string, boolean>();
  /** Requests of agents that are gone. */
  const dead = new Set<string>();
  let turnBegun = false;
  let awaitsPerson = false;
  let unknown: string | null = null;

  function ask(id: string, line: Buffer, what: 'initialize' | 'interrupt' | 'other', setting: string | null) {
    if (what === 'interrupt') stopped = { id, line, isAnswered: false };
    else asked.set(id, { line, isInitialize: what === 'initialize', setting });
  }

  /** @returns whether the host is to hear of it */
  function answer(id: string): boolean {
    if (answered.delete(id)) return false;
    // While no turn runs there is nothing to stop, neither here nor in the next agent.
    if (stopped?.id === id) stopped = turnBegun ? { ...stopped, isAnswered: true } : null;
    const request = asked.get(id);
    asked.delete(id);
    if (request?.isInitialize) initialize = { id, line: request.line };
    if (request && request.setting !== null) {
      settings.delete(request.setting); // the order is that of the latest
      settings.set(request.setting, { id, line: request.line });
    }
    return true;
  }

  function tellWait(): void {
    const before = awaitsPerson;
    awaitsPerson = [...open.values()].includes(true);
    if (awaitsPerson !== before) onWait(awaitsPerson);
  }

  return {
    fromHost(record, line) {
      const said = protocol.read(record);
      if (said === null) return true;
      if (said.kind === 'unknown') unknown ??= strangeForm;
      if (said.kind === 'request' && said.what === 'unknown') unknown ??= `the request ${said.name}`;
      if (said.kind === 'request') {
        const what = said.what === 'initialize' || said.what === 'interrupt' ? said.what : 'other';
        ask(said.id, line, what, said.what === 'setting' ? said.setting : null);
      }
      if (said.kind === 'withdrawal') asked.delete(said.id);
      if (said.kind !== 'answer') return true;
      open.delete(said.id);
      tellWait();
      return !dead.delete(said.id);
    },
    fromAgent(record, { begins, ends }) {
      const said = protocol.read(record);
      if (said?.kind === 'answer') return answer(said.id);
      if (said?.kind === 'request') open.set(said.id, said.what === 'person');
      if (said?.kind === 'withdrawal') open.delete(said.id);
      if (said?.kind === 'unknown') unknown ??= strangeForm;
      tellWait();
      if (ends) {
        turnBegun = false;
        stopped = null;
      }
      if (!begins) return true;
      const isNew = !turnBegun;
      turnBegun = true;
      return isNew;
    },
    agentGone() {
      const withdrawn = [...open.keys()];
      for (const id of withdrawn) dead.add(id);
      open.clear();
      tellWait();
      return withdrawn.map(protocol.withdrawal);
    },
    opening() {
      const again = [...(initialize ? [initialize] : []), ...settings.values()];
      for (const { id } of again) answered.add(id);
      const idle = stopped !== null && !turnBegun ? [stopped] : [];
      return [...again, ...asked.values(), ...idle].map(({ line }) => line);
    },
    onceBegun() {
      if (stopped === null || !turnBegun) return [];
      if (stopped.isAnswered) answered.add(stopped.id);
      return [stopped.line];
    },
    get unknown() {
      return unknown;
    },
  };
}
