/** A tool call and what is known of it: the words shared by the ledger, the file check, the snapshot and the prompt. */
import type { ToolRisk } from '../events.ts';

/** `unknown`: asked for by the model, but nothing tells whether it ever ran. */
export type CallStatus = 'started' | 'finished' | 'failed' | 'unknown';

export type FileVerdict = 'applied' | 'not applied' | 'changed otherwise' | 'cannot tell';

/** What the file on disk says about an edit that was cut off. */
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
