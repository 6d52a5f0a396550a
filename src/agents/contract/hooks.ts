import type { Observation } from '../../events.ts';
import type { Ledger } from '../../recover/ledger.ts';
import type { SentPrompt } from './conversation.ts';
import type { Variables } from './invocation.ts';

/** Reads the payloads of hooks, each one spooled JSON document. */
export interface HookReader {
  /** @param env determines where the agent keeps its conversations; files elsewhere are not trusted */
  read(payload: unknown, env: Variables): readonly Observation[];
  /** Tells the ledger what the payload says about a tool call. */
  feedLedger(ledger: Ledger, payload: unknown): void;
  /** The prompt that the agent says it has taken; null: the payload is about something else. */
  readPrompt(payload: unknown): Pick<SentPrompt, 'id' | 'text'> | null;
}
