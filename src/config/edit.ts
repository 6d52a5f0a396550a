/**
 * Changes one setting in the text of a config file and leaves everything else as it stands: comments, order, blanks,
 * settings we do not know. Works on the text with comments blanked out, whose positions are the same. Pure.
 */
import { parseJsonc, plainJson } from './jsonc.ts';
import type { Leaf, Value } from './validate.ts';

interface Member {
  readonly key: string;
  /** Where the key's quote stands, and the value's first character and end. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Throws SyntaxError when the text is no JSON (comments allowed). An empty text is an empty object. */
export function setInText(text: string, leaf: Leaf, value: Value): string {
  const before = text.trim() === '' ? '{}\n' : text;
  const root = parseJsonc(before);
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new SyntaxError('must hold one JSON object');
  const plain = plainJson(before);
  const rootStart = plain.indexOf('{');
  const section = findMember(plain, rootStart, leaf.section);
  if (section === null) {
    const json = `{\n    ${JSON.stringify(leaf.name)}: ${JSON.stringify(value)}\n  }`;
    return insert(before, plain, rootStart, leaf.section, json, '  ');
  }
  if (plain[section.valueStart] !== '{') {
    return replace(before, section, JSON.stringify({ [leaf.name]: value }));
  }
  const member = findMember(plain, section.valueStart, leaf.name);
  if (member !== null) return replace(before, member, JSON.stringify(value));
  return insert(before, plain, section.valueStart, leaf.name, JSON.stringify(value), '    ');
}

function replace(text: string, { valueStart, valueEnd }: Member, json: string): string {
  return text.slice(0, valueStart) + json + text.slice(valueEnd);
}

/** Adds a member after the last one of the object at `start`, indented like it. */
function insert(
  text: string,
  plain: string,
  start: number,
  key: string,
  json: string,
  indent: string,
): string {
  const last = membersOf(plain, start).at(-1);
  const entry = `${JSON.stringify(key)}: ${json}`;
  if (last === undefined) {
    const outer = indent.slice(2);
    const closes = plain.slice(start + 1).search(/\S/) + start + 1; // the closing bracket
    return `${text.slice(0, closes).trimEnd()}\n${indent}${entry}\n${outer}${text.slice(closes)}`;
  }
  const lineStart = text.lastIndexOf('\n', last.start) + 1;
  const own = text.slice(lineStart, last.start);
  const separator = /^\s*$/.test(own) && lineStart > 0 ? `,\n${own}` : ', ';
  return text.slice(0, last.valueEnd) + separator + entry + text.slice(last.valueEnd);
}

/** JSON.parse lets the last of several equal keys win; so does this. */
function findMember(plain: string, start: number, key: string): Member | null {
  return membersOf(plain, start).findLast((member) => member.key === key) ?? null;
}

/** Members of the object whose bracket stands at `start`. The text is known to be valid JSON. */
function membersOf(plain: string, start: number): Member[] {
  const members: Member[] = [];
  let at = start + 1;
  for (;;) {
    const quote = skip(plain, at, /[\s,]/);
    if (plain[quote] !== '"') return members;
    const keyEnd = endOfValue(plain, quote);
    const valueStart = skip(plain, keyEnd, /[\s:]/);
    const valueEnd = endOfValue(plain, valueStart);
    const key: unknown = JSON.parse(plain.slice(quote, keyEnd));
    members.push({ key: String(key), start: quote, valueStart, valueEnd });
    at = valueEnd;
  }
}

function skip(plain: string, from: number, what: RegExp): number {
  let at = from;
  while (what.test(plain[at] ?? '')) at++;
  return at;
}

function endOfValue(plain: string, start: number): number {
  let depth = 0;
  for (let at = start; at < plain.length; at++) {
    const character = plain[at] ?? '';
    if (character === '"') {
      at = endOfString(plain, at) - 1;
    } else if ('{['.includes(character)) {
      depth++;
    } else if ('}]'.includes(character)) {
      depth--;
    } else if (depth > 0 || !/[\s,:]/.test(character)) {
      continue;
    } else {
      return at;
    }
    if (depth === 0 && '"}]'.includes(character)) return at + 1;
    if (depth < 0) return at; // a bare value before the bracket that closes its object
  }
  return plain.length;
}

function endOfString(plain: string, start: number): number {
  for (let at = start + 1; at < plain.length; at++) {
    if (plain[at] === '\\') at++;
    else if (plain[at] === '"') return at + 1;
  }
  return plain.length;
}
