/** Recorded conversations, taken apart and put together for the tests of repair. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture } from '../../../support/places.ts';

const folder = fixture('transcripts');

export type Fields = Record<string, unknown> & {
  type?: string;
  uuid?: string;
  parentUuid?: string | null;
  isSidechain?: boolean;
  timestamp?: string;
  message?: { id?: string; role: string; content: string | Block[] };
};
export type Block = { type: string; id?: string; tool_use_id?: string; [field: string]: unknown };

export const names = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace('.jsonl', ''));
export const textOf = (name: string) => readFileSync(join(folder, `${name}.jsonl`), 'utf8');
export const recordsOf = (text: string): Fields[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fields);
export const toText = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

export const blocks = (record: Fields): Block[] => {
  const content = record.message?.content;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
};
export const has = (record: Fields, type: string) => blocks(record).some((block) => block.type === type);

/** A file in a folder of its own, removed when `use` is done. */
export async function withFile<Result>(
  content: string | Buffer,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const own = mkdtempSync(join(tmpdir(), 'guarded-transcript-'));
  const path = join(own, '0d0b1c1e-0000-4000-8000-000000000000.jsonl');
  writeFileSync(path, content);
  try {
    return await use(path);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

export interface Message {
  role: string;
  content: Block[];
}

/**
 * The records that a resume follows: from the newest end to the last compaction, from parent to parent.
 * @param goesByMessages the newest end is that of the newest message (2.1.126 and newer), whatever is attached
 * elsewhere
 */
function wayOf(text: string, goesByMessages: boolean): { way: Fields[]; main: Fields[] } {
  const main = recordsOf(text).filter((record) => record.uuid !== undefined && record.isSidechain !== true);
  const byId = new Map(main.map((record) => [record.uuid, record]));
  const parents = new Set(main.map((record) => record.parentUuid));
  const saidAt = (record: Fields): number => {
    const seen = new Set<Fields>();
    for (
      let up: Fields | undefined = record;
      up !== undefined && !seen.has(up);
      up = byId.get(up.parentUuid ?? '')
    ) {
      if (goesByMessages && (up.type === 'user' || up.type === 'assistant')) return time(up);
      seen.add(up);
    }
    return goesByMessages ? -1 : time(record);
  };
  const ends = main.filter((record) => !parents.has(record.uuid)).map((end) => ({ end, at: saidAt(end) }));
  const leaf = ends.toSorted((a, b) => a.at - b.at || time(a.end) - time(b.end)).at(-1)?.end;
  const way = new Set<Fields>();
  for (
    let record = leaf;
    record !== undefined && !way.has(record);
    record = byId.get(record.parentUuid ?? '')
  )
    way.add(record);
  return { way: [...way].reverse().filter(isSent), main: main.filter(isSent) };
}

const time = (record: Fields) => Date.parse(record.timestamp ?? '') || 0;
const isSent = (record: Fields) =>
  (record.type === 'user' || record.type === 'assistant') && record.isApiErrorMessage !== true;

/** The request of an agent that follows parents only (2.1.42, 1.0.56). */
export const strictMessages = (text: string): Message[] =>
  dropOpenCalls(
    wayOf(text, false).way.map((record) => ({ role: record.type as string, content: blocks(record) })),
  );

/** Every version drops a call without a result, or adds one. */
function dropOpenCalls(messages: readonly Message[]): Message[] {
  const turns = mergeTurns(messages);
  const kept = turns.map((turn, index) => {
    const answered = new Set(turns[index + 1]?.content.map((block) => block.tool_use_id));
    return {
      ...turn,
      content: turn.content.filter((block) => block.type !== 'tool_use' || answered.has(block.id)),
    };
  });
  return mergeTurns(kept.filter((turn) => turn.content.length > 0));
}

/** The request of an agent that also collects records off the active branch (2.1.197 and newer). */
export function collectedMessages(text: string): Message[] {
  const { way, main } = wayOf(text, true);
  const done = new Set<Fields>();
  const messages: Message[] = [];
  const taken = new Set(way.flatMap(blocks).map(nameOf));
  const add = (record: Fields) => {
    if (done.has(record)) return;
    done.add(record);
    // A call or a result that is already there is not collected again (seen with 2.1.329, 2.1.197 and 2.1.42).
    const content = blocks(record).filter((block) => way.includes(record) || !taken.has(nameOf(block)));
    for (const block of content) taken.add(nameOf(block));
    if (content.length > 0) messages.push({ role: record.type as string, content });
  };
  for (const record of way) {
    const id = record.type === 'assistant' ? record.message?.id : undefined;
    const lines =
      id === undefined
        ? [record]
        : main.filter((one) => one.message?.id === id && (way.includes(one) || has(one, 'tool_use')));
    for (const line of lines) add(line);
    if (lines.some((line) => way.indexOf(line) > way.indexOf(record))) continue;
    const uses = new Set(lines.flatMap((line) => blocks(line).map((block) => block.id)).filter(Boolean));
    for (const one of main)
      if (!way.includes(one) && blocks(one).some((block) => uses.has(block.tool_use_id as string))) add(one);
  }
  return dropOpenCalls(messages);
}

/** Distinguishes one call, or one result, from another; other blocks are all different. */
const nameOf = (block: Block): unknown =>
  block.id ?? (block.tool_use_id === undefined ? block : `result of ${block.tool_use_id}`);

function mergeTurns(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role) last.content = [...last.content, ...message.content];
    else turns.push({ ...message });
  }
  return turns;
}

/** A conversation that is written record by record, each after the one before it and a second later. */
export function startTalk(version = '2.1.329') {
  const records: Fields[] = [];
  let at = Date.parse('2026-11-30T12:00:00Z');
  let parent: string | null = null;
  const add = (fields: Fields): string => {
    at += 1_000;
    const uuid = `e0000000-0000-4000-8000-${String(records.length).padStart(12, '0')}`;
    records.push({ uuid, parentUuid: parent, timestamp: new Date(at).toISOString(), version, ...fields });
    parent = uuid;
    return uuid;
  };
  const answer = (block: Block, id = `msg_${records.length}`) =>
    add({ type: 'assistant', message: { role: 'assistant', id, content: [block] } });
  return {
    records,
    add,
    ask: (text: string) => add({ type: 'user', message: { role: 'user', content: text } }),
    say: (text: string) => answer({ type: 'text', text }),
    /** @param messageId of the message that holds other calls, too */
    call: (id: string, messageId?: string) =>
      answer({ type: 'tool_use', id, name: 'Read', input: {} }, messageId),
    result(id: string, call = parent): string {
      const content = [{ type: 'tool_result', tool_use_id: id, content: 'fine' }];
      return add({ parentUuid: call, type: 'user', message: { role: 'user', content } });
    },
    compact(): void {
      add({ type: 'system', subtype: 'compact_boundary', parentUuid: null, logicalParentUuid: parent });
      add({ type: 'user', isCompactSummary: true, message: { role: 'user', content: 'a summary' } });
    },
    /** The agent notes where the conversation ends. */
    note: (end = parent) => void records.push({ type: 'last-prompt', leafUuid: end }),
    /** What is added next follows another record. */
    rewind(to: string): void {
      parent = to;
    },
    moveClock(ms: number): void {
      at += ms;
    },
  };
}
