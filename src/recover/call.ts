/** A tool call and what is known of it: terms shared by the ledger, the file check, the snapshot and the prompt. */
import type { ToolRisk } from '../events.ts';

/** `unknown`: the model asked for it, but nothing shows whether it ever ran. */
export type CallStatus = 'started' | 'finished' | 'failed' | 'unknown';

export type FileVerdict = 'applied' | 'not applied' | 'changed otherwise' | 'cannot tell';

/** What the file on disk shows about an interrupted edit. */
export interface FileCheck {
  readonly verdict: FileVerdict;
  /** In plain words, without any content of the file. */
  readonly evidence: string;
}

export interface ToolCall {
  readonly toolUseId: string;
  readonly tool: string;
  readonly risk: ToolRisk;
  readonly status: CallStatus;
  readonly file?: string;
  readonly command?: string;
  readonly fileCheck?: FileCheck;
}
