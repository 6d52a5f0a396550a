/** The conversation's file as an agent keeps it: what it has not written yet is gone with it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord, type Json } from '../../../src/agents/common/json.ts';
import type { Millis } from '../../../src/events.ts';
import { seenIn } from './ledger.ts';
import type { OwnProcess } from './process.ts';

export interface Message {
  readonly role: 'user' | 'assistant';
  /** What was asked or said. */
  readonly text: string;
  /** Calls and results in it. */
  readonly calls: readonly string[];
}

/** @param afterMs how long records are kept back; null: until `flush` */
export function openRecord(
  path: string,
  id: string,
  version: string,
  own: OwnProcess,
  afterMs: Millis | null,
) {
  let kept: { readonly line: string; readonly written: () => void }[] = [];
  let isDue = false;
  let count = 0;
  let parent = existsSync(path) ? lastId(path) : null;

  function flush(): void {
    isDue = false;
    if (kept.length === 0) return;
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, kept.map(({ line }) => line).join(''));
    const written = kept;
    kept = [];
    for (const each of written) each.written();
  }

  return {
    add(record: Json, written: () => void = () => {}): void {
      const uuid = `${id.slice(0, 8)}-${own.pid}-${++count}`;
      const common = {
        uuid,
        parentUuid: parent,
        sessionId: id,
        version,
        isSidechain: false,
        cwd: '/project',
      };
      const line = `${JSON.stringify({ ...common, timestamp: new Date(Date.now()).toISOString(), ...record })}\n`;
      parent = uuid;
      kept.push({ line, written });
      if (afterMs === 0) flush();
      else if (afterMs !== null && !isDue) {
        isDue = true;
        own.after(afterMs, flush);
      }
    },
    flush,
  };
}

const lines = (path: string): readonly Json[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const record: unknown = JSON.parse(line);
        return isRecord(record) ? [record] : [];
      } catch {
        return []; // torn
      }
    });

const lastId = (path: string): string | null => {
  const uuid = lines(path).findLast((record) => typeof record.uuid === 'string')?.uuid;
  return typeof uuid === 'string' ? uuid : null;
};

/** What an agent that resumes finds there. */
export function readMessages(path: string): readonly Message[] {
  if (!existsSync(path)) return [];
  return lines(path).flatMap((record): readonly Message[] => {
    if (record.type === 'attachment' && isRecord(record.attachment))
      return [{ role: 'user', text: seenIn(record.attachment.prompt), calls: [] }];
    if (record.type !== 'user' && record.type !== 'assistant') return [];
    const { content } = isRecord(record.message) ? record.message : {};
    if (typeof content === 'string') return [{ role: record.type, text: content, calls: [] }];
    const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
    const text = seenIn(content);
    const calls = blocks.flatMap((block) => String(block.tool_use_id ?? block.id ?? '') || []);
    return [{ role: record.type, text, calls }];
  });
}
