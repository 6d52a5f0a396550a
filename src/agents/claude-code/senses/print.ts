/**
 * What Claude Code prints and reads in print mode (`-p`): the records of `--output-format stream-json`, the document of
 * `json`, the messages of `--input-format stream-json`. Seen on 2.1.197 and 2.1.329: `is_error` marks an error,
 * `subtype` never does.
 */
import type { Observation } from '../../../events.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import type {
  HostPrompt,
  PrintedPrompt,
  PrintedRecord,
  PrintFormats,
  PrintMode,
  ProgressRecord,
} from '../../contract/pipes.ts';
import { splitWords } from '../launch/arguments.ts';
import { blocksOf, isMadeUp, messageOf } from '../message.ts';
import { controlProtocol } from './control.ts';
import { failureOfText } from './failures.ts';
import { toolStarted } from './tools.ts';

function formats(args: readonly string[]): PrintFormats {
  const uses = splitWords(args).flatMap((word) => word.uses);
  const choice = (name: string) => uses.findLast((use) => use.name === name)?.value ?? 'text';
  const output = choice('--output-format');
  return {
    input: choice('--input-format') === 'stream-json' ? 'records' : 'text',
    output: output === 'stream-json' ? 'records' : output === 'json' ? 'document' : 'text',
  };
}

/** All text of a message, whatever its form; null if it has none, like a tool result. */
function textIn(record: Json): string | null {
  const message = messageOf(record);
  if (typeof message?.content === 'string') return message.content;
  const texts = blocksOf(message).map((block) => (block.type === 'text' ? textOf(block, 'text') : null));
  const found = texts.filter((text) => text !== null);
  return found.length === 0 ? null : found.join('\n');
}

/** What a record of the person's asks; null if it asks nothing, like a tool result. */
function askedIn(record: Json): PrintedPrompt | null {
  const text = textIn(record);
  const blocks = blocksOf(messageOf(record));
  // A note of the agent's holds what a tool has read: the pages of a document.
  const isOther = record.isMeta === true || blocks.some(({ type }) => type === 'tool_result');
  const images = isOther ? 0 : blocks.filter(({ type }) => type !== 'text').length;
  return text === null && images === 0 ? null : { text: text ?? '', images };
}

function tools(record: Json): readonly Observation[] {
  return blocksOf(messageOf(record)).flatMap((block): readonly Observation[] => {
    const called = block.type === 'tool_use' ? textOf(block, 'id') : null;
    const answered = block.type === 'tool_result' ? textOf(block, 'tool_use_id') : null;
    if (called !== null) return [toolStarted(called, textOf(block, 'name') ?? '', block.input)];
    if (answered !== null)
      return [{ type: 'tool.finished', toolUseId: answered, ok: block.is_error !== true }];
    return [];
  });
}

/** Of a subagent's record: which calls are answered. */
function results(record: Json): readonly Observation[] {
  return tools(record).flatMap((each) =>
    each.type === 'tool.finished' ? [{ ...each, recorded: true } as const] : [],
  );
}

function system(record: Json): readonly Observation[] {
  switch (record.subtype) {
    case 'init': {
      const sessionId = textOf(record, 'session_id');
      const mode = textOf(record, 'permissionMode');
      if (sessionId === null) return [];
      return [
        { type: 'session', sessionId, transcriptPath: null, source: 'output' },
        ...(mode === null ? [] : [{ type: 'permission.mode', mode } as const]),
      ];
    }
    case 'api_retry': {
      const { attempt, max_retries: of, retry_delay_ms: inMs } = record;
      if (typeof attempt !== 'number' || typeof of !== 'number' || typeof inMs !== 'number') return [];
      const retry = { attempt, of, inMs: Math.round(inMs) };
      return [{ type: 'screen', facts: { activity: 'retrying', retry } }];
    }
    case 'compact_boundary':
      return [{ type: 'compaction.finished' }];
    default:
      return [];
  }
}

const nothing: PrintedRecord = { observations: [], result: null, reportsError: false, begins: false };

function readOutput(value: unknown): PrintedRecord {
  // `json --verbose` prints all records as one array; the last is the result.
  if (Array.isArray(value)) return readOutput(value.at(-1));
  if (!isRecord(value)) return nothing;
  // A subagent's record: the main conversation waits in a tool of its own.
  if (textOf(value, 'parent_tool_use_id') !== null) return { ...nothing, observations: results(value) };
  switch (value.type) {
    case 'system':
      return { ...nothing, observations: system(value), begins: value.subtype === 'init' };
    case 'assistant':
    case 'user':
      return { ...nothing, observations: tools(value), reportsError: isMadeUp(messageOf(value)) };
    case 'result': {
      const failure = value.is_error === true ? failureOfText(textOf(value, 'result') ?? '') : null;
      return { ...nothing, result: { failure } };
    }
    default:
      return nothing;
  }
}

function readPrompt(record: unknown): HostPrompt | null {
  if (!isRecord(record) || record.type !== 'user') return null;
  const asked = askedIn(record);
  const id = textOf(record, 'uuid');
  return asked === null || id === null ? asked : { ...asked, id };
}

function precededBy(record: unknown, texts: readonly string[]): unknown | null {
  const text = readPrompt(record)?.text ?? null;
  const message = isRecord(record) ? messageOf(record) : null;
  if (text === null || message === null || text.trimStart().startsWith('/')) return null;
  const own = Array.isArray(message.content) ? message.content : [{ type: 'text', text }];
  const content = [...texts.map((each) => ({ type: 'text', text: each })), ...own];
  return { ...(record as Json), message: { ...message, content } };
}

function momentOf(record: Json): number | null {
  const atMs = Date.parse(textOf(record, 'timestamp') ?? '');
  return Number.isNaN(atMs) ? null : atMs;
}

function readProgress(record: unknown): ProgressRecord | null {
  if (!isRecord(record) || record.isSidechain === true) return null;
  if (record.type === 'user') {
    const asked = askedIn(record);
    return asked && { kind: 'prompt', ...asked, atMs: momentOf(record) };
  }
  if (record.type === 'attachment' && isRecord(record.attachment)) {
    // A prompt that was sent while a turn ran, in the form in which it was sent: a text, or blocks.
    const { type, prompt, isMeta } = record.attachment;
    const asked = type === 'queued_command' ? askedIn({ isMeta, message: { content: prompt } }) : null;
    return asked && { kind: 'prompt', ...asked, atMs: momentOf(record), joinsTurn: true };
  }
  const message = messageOf(record);
  const isModels = message !== null && !isMadeUp(message) && record.isApiErrorMessage !== true;
  return record.type === 'assistant' && isModels ? { kind: 'answer' } : null;
}

export const printMode: PrintMode = {
  formats,
  readOutput,
  readError: failureOfText,
  control: controlProtocol,
  readPrompt,
  promptRecord: (text, id) => ({
    type: 'user',
    uuid: id,
    parent_tool_use_id: null,
    message: { role: 'user', content: [{ type: 'text', text }] },
  }),
  precededBy,
  isAboutPrompt: (record, id) => isRecord(record) && (record.uuid === id || record.command_uuid === id),
  resumeVariables: ['CLAUDE_CODE_RESUME_INTERRUPTED_TURN', 'CLAUDE_CODE_RESUME_PROMPT'],
  readProgress,
};
