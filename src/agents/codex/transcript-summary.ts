/** What the recovery snapshot needs from a rollout: the calls without a result, how it ends, and the open to-dos. */
import type { LedgerCall } from '../../recover/ledger.ts';
import type { Todo, TranscriptSummary, TranscriptTail } from '../../recover/snapshot.ts';
import { isRecord, type Json, parseRecord, textOf } from '../common/json.ts';
import { readLines } from '../common/transcript-lines.ts';
import { type Call, readCall, resultOf, targetOf, toolRisk } from './tools.ts';

/** A prompt never quotes more than this. */
const maxTextLength = 4_000;
/** Context that the agent adds in the person's name. */
const context = /^\s*<(environment_context|user_instructions|turn_aborted|skills_instructions)>/;

const textInside = (item: Json): string =>
  (Array.isArray(item.content) ? item.content.filter(isRecord) : [])
    .map((part) => textOf(part, 'text') ?? '')
    .join('');

function readPlan({ input }: Call): readonly Todo[] {
  const steps = Array.isArray(input.plan) ? input.plan.filter(isRecord) : [];
  return steps.map((step) => ({ content: String(step.step ?? ''), status: String(step.status ?? '') }));
}

const toLedger = (call: Call): LedgerCall => ({
  toolUseId: call.id,
  tool: call.tool,
  risk: toolRisk(call.tool),
  status: 'unknown',
  subagent: null,
  before: null,
  ...targetOf(call),
});

/** Rejects only if the file cannot be read. */
export async function summarizeTranscript(path: string): Promise<TranscriptSummary> {
  const open = new Map<string, Call>();
  const settled = new Set<string>();
  let todos: readonly Todo[] = [];
  let messages = 0;
  let tail: TranscriptTail = 'empty';
  let lastText: string | null = null;

  const readItem = (item: Json): void => {
    const call = readCall(item);
    const result = resultOf(item);
    if (call !== null) {
      open.set(call.id, call);
      if (call.tool === 'update_plan') todos = readPlan(call);
    } else if (result !== null) {
      open.delete(result);
      settled.add(result);
      tail = 'tool result';
    } else if (item.type === 'message' && item.role !== 'developer') {
      const text = textInside(item);
      if (item.role === 'user' && context.test(text)) return;
      messages += 1;
      tail = item.role === 'user' ? 'prompt' : 'partial answer';
      if (item.role === 'assistant') lastText = text.slice(-maxTextLength);
    }
  };
  const readEvent = (event: Json): void => {
    if (event.type === 'task_started') open.clear(); // after a new prompt, nobody waits for earlier calls
    if (event.type === 'task_complete' || event.type === 'turn_aborted') tail = 'complete';
  };

  await readLines(path, ({ bytes }) => {
    const record = parseRecord(bytes.toString('utf8'));
    if (record === null || !isRecord(record.payload)) return;
    if (record.type === 'response_item') readItem(record.payload);
    if (record.type === 'event_msg') readEvent(record.payload);
  });
  return {
    openCalls: [...open.values()].map(toLedger),
    settled,
    lastMessageIndex: messages === 0 ? null : messages - 1,
    checkpoint: null,
    todos,
    tail: open.size > 0 ? 'open call' : tail,
    lastText,
  };
}
