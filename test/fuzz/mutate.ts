/** Makes a bad input from good ones, by chance from a seed: the same seed and number give the same input. */
import { type Chance, chance } from '../rig/chance.ts';
import type { Target } from './target.ts';

export const maxInputBytes = 128 * 1024;

/** What readers stumble over, whatever they read. */
const common = [
  ...['', '\0', '\n', '\r\n', '\ufeff', '\u2028', '"', '\\', '{', '}', '[', ']', ',', ':', 'null', 'true'],
  ...['0', '-1', '1e999', '9007199254740993', '{}', '[]', '""', '__proto__', 'constructor', '\ud800', '💥'],
  ...['"__proto__":{"a":1},', '\\u0000', '\\ud800', '../../..', '%s', ' '.repeat(300), '['.repeat(2_000)],
].map((text) => Buffer.from(text));

type Change = (input: Buffer, by: Chance, words: readonly Buffer[], seeds: readonly Buffer[]) => Buffer;

const at = (input: Buffer, by: Chance) => by.between(0, input.length);
const span = (input: Buffer, by: Chance) => {
  const from = at(input, by);
  return [from, Math.min(input.length, from + by.magnitude(1, Math.max(2, input.length)))] as const;
};
const spliced = (input: Buffer, from: number, to: number, piece: Buffer) =>
  Buffer.concat([input.subarray(0, from), piece, input.subarray(to)]);
const linesIn = (input: Buffer) => input.toString('latin1').split('\n');
const ofLines = (lines: readonly string[]) => Buffer.from(lines.join('\n'), 'latin1');

const changes: readonly (readonly [number, Change])[] = [
  [3, (input, by, words) => insert(input, by, by.pick(words))],
  [2, (input, by) => insert(input, by, by.pick(common))],
  [2, (input, by) => spliced(input, ...span(input, by), Buffer.alloc(0))],
  [2, (input, by) => spliced(input, ...span(input, by), by.pick(common))],
  [1, (input, by) => insert(input, by, input.subarray(...span(input, by)))],
  [1, (input, by) => input.subarray(0, at(input, by))],
  [2, flipped],
  [1, (input, by, _, seeds) => crossed(input, by, by.pick(seeds))],
  [3, (input, by) => withValue(input, by)],
  [1, (input, by) => ofLines(swapped(linesIn(input), by))],
  [1, (input, by) => ofLines(linesIn(input).flatMap((line) => (by.happens(0.2) ? [line, line] : [line])))],
  [1, (input, by) => ofLines(linesIn(input).filter(() => by.happens(0.8)))],
];

const insert = (input: Buffer, by: Chance, piece: Buffer) => {
  const place = at(input, by);
  return spliced(input, place, place, piece);
};

function flipped(input: Buffer, by: Chance): Buffer {
  const copy = Buffer.from(input);
  for (let times = by.magnitude(1, 16); times > 0 && copy.length > 0; times--)
    copy[by.between(0, copy.length - 1)] = by.between(0, 255);
  return copy;
}

const crossed = (input: Buffer, by: Chance, other: Buffer) =>
  Buffer.concat([input.subarray(0, at(input, by)), other.subarray(at(other, by))]);

function swapped(lines: readonly string[], by: Chance): readonly string[] {
  const next = [...lines];
  const from = by.between(0, next.length - 1);
  const to = by.between(0, next.length - 1);
  [next[from], next[to]] = [next[to] ?? '', next[from] ?? ''];
  return next;
}

const values = [
  ...['null', 'true', '-1', '1e400', '""', '[]', '{}', '[[[]]]', '{"type":"text"}', '"\\u0000"', '"\\ud800"'],
  ...[`"${'x'.repeat(3_000)}"`, '[null]', '[{}]', '{"length":-1}', '"toString"', '0.5'],
];

/** Another value in the place of one in JSON: what is damaged in this way can still be parsed. */
function withValue(input: Buffer, by: Chance): Buffer {
  const text = input.toString('utf8');
  const found = [...text.matchAll(/:\s*("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null|\[\]|\{\})/g)];
  if (found.length === 0) return input;
  const { index, 0: whole, 1: value = '' } = by.pick(found);
  const from = index + whole.length - value.length;
  const donor = by.happens(0.4) ? (by.pick(found)[1] ?? 'null') : by.pick(values);
  return Buffer.from(text.slice(0, from) + donor + text.slice(from + value.length));
}

export function mutator(target: Target, seed: number): (number: number) => Buffer {
  const seeds = target.seeds();
  const words = [...target.words.map((word) => Buffer.from(word, 'latin1')), ...common];
  return (number) => {
    const by = chance(seed, String(number));
    let input = by.pick(seeds);
    for (let times = by.magnitude(1, 12); times > 0; times--)
      input = by.weighted(changes)(input, by, words, seeds);
    return input.subarray(0, maxInputBytes);
  };
}
