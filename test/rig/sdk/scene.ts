/** What phases and troubles act on. */
import type { Host } from './host.ts';
import type { OpenPlace } from './place.ts';

export interface Question {
  readonly signal: AbortSignal;
  allow(): void;
}

export interface Scene extends OpenPlace {
  readonly host: Host;
  /** What the agent has asked the person, in order. */
  readonly questions: readonly Question[];
  /** From now on each is allowed, those that stand open too. */
  allowAll(): void;
  /** The command of the turn has run so often. */
  ran(): number;
  /** Results that the host has got. */
  results(): number;
  /** Waits until it holds. @throws when it does not for a long time: the cell cannot be played. */
  until(what: string, holds: () => boolean): Promise<void>;
}
