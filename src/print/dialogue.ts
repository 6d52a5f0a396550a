/**
 * Follows the dialogue between a host and its agent over the control protocol, so that the next agent can continue it
 * where the last one was interrupted. Pure.
 *
 * The host must not notice the change. A setting that the agent has accepted is sent again, and the answer to it is
 * dropped. A request without an answer is sent again, and the next agent answers it, unless it acts: then its outcome
 * is unknown. A request of the dead agent is withdrawn, and a late answer to it is dropped. A turn that the host has
 * seen begin does not begin a second time. A prompt that the host has taken back is not given again; if no agent has
 * taken it, nobody else needs to be asked.
 */
import type { ControlProtocol, ControlRecord } from '../agents/contract/pipes.ts';

export interface Dialogue {
  /** Takes a line from the host and the record in it. @returns whether the present agent gets it */
  fromHost(record: unknown, line: Buffer): boolean;
  /** Takes a record from the agent. @returns whether the host gets it */
  fromAgent(record: unknown, marks: Marks): boolean;
  /** No agent has taken these prompts, so the host gets back those that it has asked for. */
  untaken(prompts: readonly string[]): void;
  /** The agent is gone. @returns what the host must get before the output of the next one */
  agentGone(): readonly unknown[];
  /** What the next agent must get before anything else. */
  opening(): readonly Buffer[];
  /** What the next agent must get once it has begun the turn, because the host has stopped that turn. */
  onceBegun(): readonly Buffer[];
  /** The host has seen a turn begin, and not end. */
  readonly isInTurn: boolean;
  /** Prompts that the host has taken back, by their ids: it has been told that no agent will run them. */
  readonly recalled: ReadonlySet<string>;
  /** What the guard does not understand, so that it cannot prepare the next agent. Null: it understands everything. */
  readonly unknown: string | null;
}

/** What a record of the agent means for the turn. */
export interface Marks {
  /** It begins a turn. */
  readonly begins: boolean;
  /** It ends a turn. */
  readonly ends: boolean;
}

const unknownOutcome = 'the agent was restarted, and the outcome of this request is unknown';
const strangeForm = 'a control protocol record in an unknown form';

type Request = Extract<ControlRecord, { kind: 'request' }>;
type Answer = Extract<ControlRecord, { kind: 'answer' }>;

interface Asked {
  readonly line: Buffer;
  readonly isInitialize: boolean;
  readonly isAct: boolean;
  /** What this request sets until the agent ends. Of several requests that set the same, the latest counts. */
  readonly sets: readonly string[];
  /** The prompt that this request takes back. */
  readonly prompt: string | null;
}

/** @param onWait called when the agent begins or stops waiting for a person's answer */
export function createDialogue(
  protocol: ControlProtocol,
  onWait: (awaitsPerson: boolean) => void = () => {},
): Dialogue {
  /** Requests of the host without an answer, by id. */
  const asked = new Map<string, Asked>();
  /** The initial request, once it is answered. */
  let initialize: { readonly id: string; readonly line: Buffer } | null = null;
  const settings = new Map<string, { readonly id: string; readonly line: Buffer }>();
  /** The host's request that stopped the running turn. `isOver`: that turn has ended, but the request has no answer. */
  let stopped: {
    readonly id: string;
    readonly line: Buffer;
    readonly isAnswered: boolean;
    readonly isOver: boolean;
  } | null = null;
  /** Requests that an earlier agent has already answered to the host. */
  const answered = new Set<string>();
  const recalled = new Set<string>();
  /** Prompts whose turn the present agent has begun. */
  const started = new Set<string>();
  /** Requests of the agent without an answer; true: a person is asked. */
  const open = new Map<string, boolean>();
  /** Requests of agents that are gone. */
  const dead = new Set<string>();
  let turnBegun = false;
  let awaitsPerson = false;
  let unknown: string | null = null;

  function ask(request: Request, line: Buffer): void {
    const { id, what } = request;
    const sets = what === 'setting' ? request.sets : [];
    const prompt = what === 'recall' ? request.prompt : null;
    const asks = { line, isInitialize: what === 'initialize', isAct: what === 'act', sets, prompt };
    if (what !== 'interrupt') {
      asked.set(id, asks);
      return;
    }
    // The latest stops the turn, and an earlier one only waits for its answer.
    if (stopped !== null && !stopped.isAnswered) asked.set(stopped.id, { ...asks, line: stopped.line });
    stopped = { id, line, isAnswered: false, isOver: false };
  }

  /** @returns whether the host gets it */
  function answer({ id, refuses, recalled: gone }: Answer): boolean {
    if (answered.delete(id)) return false;
    // While no turn runs, there is nothing to stop, here or in the next agent.
    if (stopped?.id === id)
      stopped = turnBegun && !stopped.isOver && !refuses ? { ...stopped, isAnswered: true } : null;
    const request = asked.get(id);
    asked.delete(id);
    for (const each of gone === 'asked' ? [request?.prompt ?? null] : gone)
      if (each !== null) recalled.add(each);
    if (request === undefined || refuses) return true;
    if (request.isInitialize) initialize = { id, line: request.line };
    const made = { id, line: request.line };
    for (const each of request.sets) {
      settings.delete(each); // keeps the order of the latest requests
      settings.set(each, made);
    }
    return true;
  }

  function reportWait(): void {
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
      if (said.kind === 'request') ask(said, line);
      if (said.kind === 'withdrawal') asked.delete(said.id);
      if (said.kind !== 'answer') return true;
      open.delete(said.id);
      reportWait();
      return !dead.delete(said.id);
    },
    fromAgent(record, { begins, ends }) {
      const said = protocol.read(record);
      if (said?.kind === 'answer') return answer(said);
      if (said?.kind === 'request') open.set(said.id, said.what === 'person');
      if (said?.kind === 'withdrawal') open.delete(said.id);
      if (said?.kind === 'unknown') unknown ??= strangeForm;
      if (said?.kind === 'prompt') {
        if (said.is === 'started') started.add(said.id);
        else if (!started.has(said.id)) recalled.add(said.id);
      }
      reportWait();
      if (ends) {
        turnBegun = false;
        stopped = stopped === null || stopped.isAnswered ? null : { ...stopped, isOver: true };
      }
      if (!begins) return true;
      const isNew = !turnBegun;
      turnBegun = true;
      return isNew;
    },
    untaken(prompts) {
      for (const { prompt } of asked.values())
        if (prompt !== null && prompts.includes(prompt)) recalled.add(prompt);
    },
    agentGone() {
      started.clear();
      const withdrawn = [...open.keys()];
      for (const id of withdrawn) dead.add(id);
      open.clear();
      reportWait();
      const acts = [...asked].flatMap(([id, { isAct }]) => (isAct ? [id] : []));
      const done = [...asked].flatMap(([id, { prompt }]) => (prompt && recalled.has(prompt) ? [id] : []));
      for (const id of [...acts, ...done]) asked.delete(id);
      return [
        ...withdrawn.map(protocol.withdrawal),
        ...acts.map((id) => protocol.failure(id, unknownOutcome)),
        ...done.map(protocol.recalled),
      ];
    },
    opening() {
      const again = [...(initialize ? [initialize] : []), ...new Set(settings.values())];
      for (const { id } of again) answered.add(id);
      const idle = stopped !== null && (!turnBegun || stopped.isOver) ? [stopped] : [];
      return [...again, ...asked.values(), ...idle].map(({ line }) => line);
    },
    onceBegun() {
      if (stopped === null || stopped.isOver || !turnBegun) return [];
      if (stopped.isAnswered) answered.add(stopped.id);
      return [stopped.line];
    },
    get isInTurn() {
      return turnBegun;
    },
    recalled,
    get unknown() {
      return unknown;
    },
  };
}
