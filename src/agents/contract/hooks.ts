import type { Observation } from '../../events.ts';
import type { Ledger } from '../../recover/ledger.ts';
import type { SentPrompt } from './conversation.ts';
import type { Variables } from './invocation.ts';

/** How the payload of a hook (one spooled JSON document) is read. */
export interface HookReader {
  /** @param env where the agent keeps its conversations: files elsewhere are not believed */
  read(payload: unknown, env: Variables): readonly Observation[];
  /** Tells the ledger what it says of a tool call. */
  feedLedger(ledger: Ledger, payload: unknown): void;
  /** The prompt that the agent says it has taken; null: this tells of something else. */
  readPrompt(payload: unknown): Pick<SentPrompt, 'id' | 'text'> | null;
}
