/**
 * Saves what can be saved from a line that is not a record. A machine that goes down in mid-write leaves NUL bytes
 * behind, and an append after a torn write glues a whole record to the torn one.
 */
import { isRecord, type Json, textOf } from '../../../common/json.ts';
import { blocksOf, messageOf } from '../../message.ts';
import { readTornPrompt } from './torn-prompt.ts';

export interface Salvaged {
  readonly text: string;
  readonly record: Json;
  /** Part of a prompt, restored under the id that the next record names as its parent. */
  readonly restored: boolean;
}

/** Max product of parsing attempts and their length, so that a large broken line cannot hold up the guard. */
const maxWork = 64 * 1024 * 1024;

/**
 * The whole records inside a damaged line, in order, and the readable part of a prompt; none if the line is garbage.
 */
export function salvage(line: string): readonly Salvaged[] {
  // JSON contains no raw control characters, so whatever put them there, no record needs them.
  const text = line.replace(/[\u0000-\u0008\u000b-\u001f]/g, '').trim();
  const whole = parse(text);
  if (whole !== null) return [whole];
  const budget = { left: maxWork };
  const glued = fromTheEnd(text, budget);
  const before = fromTheBeginning(text.slice(0, glued.start), budget);
  const torn =
    before.length === 0 ? readTornPrompt(text.slice(0, glued.start), glued.found[0]?.record ?? null) : null;
  return [...before, ...(torn === null ? [] : [toSalvaged(torn)]), ...glued.found];
}

const toSalvaged = (record: Json): Salvaged => ({ text: JSON.stringify(record), record, restored: true });

interface Budget {
  left: number;
}

/** A record that was glued to a torn one is whole and at the end of the line, so only its beginning must be found. */
function fromTheEnd(
  text: string,
  budget: Budget,
): { readonly start: number; readonly found: readonly Salvaged[] } {
  const found: Salvaged[] = [];
  let end = text.length;
  for (let start = text.lastIndexOf('{"'); start >= 0 && text[end - 1] === '}'; ) {
    budget.left -= end - start;
    if (budget.left < 0) break;
    const one = parse(text.slice(start, end));
    if (one !== null && isWhole(one.record)) {
      found.unshift(one);
      end = start;
    }
    if (start === 0) break;
    start = text.lastIndexOf('{"', start - 1);
  }
  return { start: found.length > 0 ? end : text.length, found };
}

/** Whole records before a torn one. */
function fromTheBeginning(text: string, budget: Budget): readonly Salvaged[] {
  const starts: number[] = [];
  for (let at = text.indexOf('{"'); at >= 0; at = text.indexOf('{"', at + 1)) starts.push(at);
  const found: Salvaged[] = [];
  for (let index = 0; index < starts.length; ) {
    const start = starts[index] ?? 0;
    let next = index + 1;
    for (; next <= starts.length; next++) {
      const end = starts[next] ?? text.length;
      // Two glued records have nothing between them; objects inside a record are separated.
      if (text[end - 1] !== '}') continue;
      budget.left -= end - start;
      if (budget.left < 0) return found;
      const one = parse(text.slice(start, end));
      if (one !== null && isWhole(one.record)) {
        found.push(one);
        break;
      }
    }
    index = next <= starts.length ? next : index + 1;
  }
  return found;
}

function parse(text: string): Salvaged | null {
  if (!text.startsWith('{')) return null;
  try {
    const record: unknown = JSON.parse(text);
    return isRecord(record) && isSound(record) ? { text, record, restored: false } : null;
  } catch {
    return null;
  }
}

/**
 * Fields of a content block without which the API refuses the whole conversation. A kind that is not in this list may
 * need anything, so its blocks are taken as they are.
 */
const needed: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  tool_use: ['id', 'name'],
  tool_result: ['tool_use_id'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
};

/** May be empty: an API that hides its thinking returns it so. An id that is empty has lost its characters. */
const mayBeEmpty: ReadonlySet<string> = new Set(['text', 'thinking']);

/** A damaged record may parse and yet lack a part without which it cannot be sent. */
function isSound(record: Json): boolean {
  return blocksOf(messageOf(record)).every((block) => {
    const type = textOf(block, 'type');
    return type !== null && (needed[type] ?? []).every((field) => hasText(block, field));
  });
}

const hasText = (block: Json, field: string): boolean =>
  mayBeEmpty.has(field) ? typeof block[field] === 'string' : textOf(block, field) !== null;

/** A record, not an object from inside one. */
function isWhole(record: Json): boolean {
  return (
    typeof record.type === 'string' &&
    ['uuid', 'sessionId', 'leafUuid', 'messageId', 'snapshot'].some((field) => field in record)
  );
}
