/** Arbitraries and ready-made facts shared by the tests of this folder. */
import fc from 'fast-check';
import type { ToolCall } from '../../src/recover/call.ts';
import type { PromptOptions } from '../../src/recover/prompt.ts';
import type { SnapshotFacts, TranscriptSummary } from '../../src/recover/snapshot.ts';

export const noTranscript: TranscriptSummary = {
  openCalls: [],
  settled: new Set(),
  lastMessageIndex: null,
  checkpoint: null,
  todos: [],
  tail: 'empty',
  lastText: null,
};

export const facts: SnapshotFacts = {
  sessionId: '0d0b1c1e-0000-4000-8000-000000000000',
  cause: 'the connection to the API was silent for 30 s',
  agentVersion: '2.1.329',
  writtenAt: '2026-11-21T09:10:11.123Z',
  compacting: false,
  turnRunning: null,
  ledger: [],
  transcript: null,
  screenText: null,
};

export const options: PromptOptions = {
  autoRetryReadonlyTools: true,
  autoRetryMutations: false,
  rung: 'relaunch',
  callsWatched: true,
  unattended: false,
  template: null,
};

/** The most hostile text that a tool can print: escape sequences, paste ends, backticks, half characters. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\x1b[201~',
        '\x1b]0;x\x07',
        '\x9b2J',
        '```',
        '`'.repeat(9),
        '\r',
        '\ud800',
        '\x1b',
        '{{calls}}',
      ),
    ),
  )
  .map((parts) => parts.join(''));

export const toolCall: fc.Arbitrary<ToolCall> = fc.record(
  {
    toolUseId: fc.oneof(fc.constantFrom('toolu_1', 'toolu_2'), hostileText),
    tool: hostileText,
    risk: fc.constantFrom('read', 'edit', 'command', 'unknown'),
    status: fc.constantFrom('started', 'finished', 'failed', 'unknown'),
    file: hostileText,
    command: hostileText,
    fileCheck: fc.record({
      verdict: fc.constantFrom('applied', 'not applied', 'changed otherwise', 'cannot tell'),
      evidence: hostileText,
    }),
  },
  { requiredKeys: ['toolUseId', 'tool', 'risk', 'status'] },
);
