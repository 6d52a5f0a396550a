/**
 * Characters that make a request invalid JSON for the API: a NUL truncates the body, and half a surrogate pair is not a
 * character. They come from a command's output, or from a text that was cut inside a character.
 */
import { isRecord, type Json } from '../../../../common/json.ts';
import type { Poison } from './kind.ts';

/** A quick check whether a record's line can hold one at all: JSON writes both only as these escapes. */
export const mayHoldBadCharacters = (line: string): boolean =>
  line.includes('\\u') && /\\u(?:0000|d[89a-f])/i.test(line);

export const nul: Poison = {
  kind: 'nul',
  words: {
    one: 'one record holds a NUL character, which cuts the request short',
    many: '# records hold NUL characters, which cut the request short',
    done: 'replaced by ␀',
  },
  cleanedSince: null,
  is: 'always',
  clean: (record) => mapTexts(record, (text) => (text.includes('\0') ? text.replaceAll('\0', '␀') : text)),
};

export const halfCharacter: Poison = {
  kind: 'half character',
  words: {
    one: 'one record holds half a character, which makes the request invalid JSON',
    many: '# records hold halves of characters, which make the request invalid JSON',
    done: 'replaced by �',
  },
  cleanedSince: [2, 1, 329], // 2.1.197 and 2.1.263 clean values, but not keys
  is: 'always',
  clean: (record) => mapTexts(record, (text) => text.replace(/\p{Surrogate}/gu, '\ufffd')),
};

/** Maps every text in a value at any depth, including field names. Returns the same object if no text has changed. */
function mapTexts<Value>(value: Value, mend: (text: string) => string): Value;
function mapTexts(value: unknown, mend: (text: string) => string): unknown {
  if (typeof value === 'string') return mend(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => mapTexts(item, mend));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [mend(name), mapTexts(item, mend)] as const);
  const isSame = ([name, item]: readonly [string, unknown]) =>
    name in value && item === (value as Json)[name];
  return entries.every(isSame) ? value : Object.fromEntries(entries);
}
