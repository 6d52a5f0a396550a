/** A host with its agent at a place, and a person: what phases and troubles act on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, startHost } from './host.ts';
import type { OpenPlace } from './place.ts';

export interface Question {
  readonly signal: AbortSignal;
  allow(): void;
}

export interface Scene extends OpenPlace {
  readonly host: Host;
  /** What the agent has asked the person, in order. */
  readonly questions: readonly Question[];
  /** Allows what has been asked, and from now on whatever is asked. */
  allowAll(): void;
  /** How many times the command of the turn has run. */
  ran(): number;
  /** How many results the host has got. */
  results(): number;
  /** How `for await` has ended; undefined: it goes on. */
  end(): Error | null | undefined;
  /** Waits until it holds. @throws if it does not for a long time, so the cell cannot be played. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Ends whatever is still there, so that `for await` ends. */
  stop(): Promise<void>;
}

/** An agent starts and gets into its phase within this time. */
const enterMs = 60_000;
/** An agent that is told to end has ended within this time. */
const stopMs = 15_000;

/** @param asks a person is asked before each command */
export async function openScene(place: OpenPlace, guarded: boolean, asks: boolean): Promise<Scene> {
  const questions: Question[] = [];
  let allows = false;
  const canUseTool = (_name: string, updatedInput: unknown, { signal }: { readonly signal: AbortSignal }) =>
    new Promise((resolve) => {
      const question = { signal, allow: () => resolve({ behavior: 'allow', updatedInput }) };
      questions.push(question);
      if (allows) question.allow();
    });
  const options = asks ? { canUseTool, permissionMode: 'default', settingSources: [] } : {};
  const host = await startHost(place, [], { guarded, options });
  let end: Error | null | undefined;
  void host.ended.then((error) => {
    end = error;
  });
  return {
    ...place,
    host,
    questions,
    allowAll() {
      allows = true;
      for (const question of questions) question.allow();
    },
    ran: () => linesOf(join(place.sandbox.project, 'ran')),
    results: () => host.messages.filter(({ type }) => type === 'result').length,
    end: () => end,
    async until(what, holds) {
      for (const limit = Date.now() + enterMs; !holds(); await sleep(20))
        if (Date.now() > limit) throw new Error(`in vain: ${what}`);
    },
    async stop() {
      host.close();
      host.abort.abort();
      if (!hasExited(host)) {
        host.child().kill('SIGTERM');
        host.child().kill('SIGCONT'); // the agent itself, stopped
      }
      await Promise.race([host.ended, sleep(stopMs, null, { ref: false })]);
    },
  };
}

/** What the host has started is gone: the guard with the agent, or the agent. */
export function hasExited(host: Host): boolean {
  const { exitCode, signalCode } = host.child();
  return exitCode !== null || signalCode !== null;
}

/** @returns whether it held in time */
export async function waitFor(limitMs: number, holds: () => boolean): Promise<boolean> {
  for (const until = Date.now() + limitMs; !holds() && Date.now() < until; await sleep(50));
  return holds();
}

function linesOf(path: string): number {
  try {
    return readFileSync(path, 'utf8').split('\n').length - 1;
  } catch {
    return 0; // not written yet
  }
}
