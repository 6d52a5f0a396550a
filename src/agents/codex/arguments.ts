/**
 * Reads the person's command line the way Codex does. `splitWords` cuts it into words: a flag with its values, a text,
 * `--`. Joined again, the words are the arguments, byte for byte.
 */
import type { Invocation } from '../contract/invocation.ts';
import { conversations, type Flag, flags, subcommands } from './flags.ts';

export interface Word {
  readonly raw: readonly string[];
  readonly kind: 'flag' | 'unknown' | 'separator' | 'text';
  /** First name of the flag; null for everything else. */
  readonly name: string | null;
  readonly value: string | null;
  readonly group: Flag['group'] | null;
}

const isFlag = (word: string | undefined) => word !== undefined && word.length > 1 && word.startsWith('-');
const bare = { name: null, value: null, group: null };

function readFlag(args: readonly string[], at: number): Word {
  const word = args[at] ?? '';
  const equals = word.indexOf('=');
  const isLong = word.startsWith('--');
  const name = isLong ? (equals < 0 ? word : word.slice(0, equals)) : word.slice(0, 2);
  const flag = flags.get(name);
  if (!flag) return { ...bare, raw: [word], kind: 'unknown' };
  const known = { kind: 'flag', name: flag.name, group: flag.group } as const;
  if (isLong && equals >= 0) return { ...known, raw: [word], value: word.slice(equals + 1) };
  // `-mgpt-5` and `-m=gpt-5`. Letters without a value may be combined, but the guard needs none of those.
  if (!isLong && word.length > 2) return { ...known, raw: [word], value: word.slice(2).replace(/^=/, '') };
  let count = flag.takes === 'nothing' || at + 1 >= args.length ? 0 : 1;
  while (flag.takes === 'many' && at + count + 1 < args.length && !isFlag(args[at + count + 1])) count++;
  return { ...known, raw: args.slice(at, at + 1 + count), value: count > 0 ? (args[at + 1] ?? null) : null };
}

/** Cuts the arguments into words. The concatenation of all `raw` is `args`. */
export function splitWords(args: readonly string[]): readonly Word[] {
  const words: Word[] = [];
  for (let at = 0; at < args.length; ) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      words.push({ ...bare, raw: [arg], kind: 'separator' });
      for (const text of args.slice(at + 1)) words.push({ ...bare, raw: [text], kind: 'text' });
      break;
    }
    const word: Word = isFlag(arg) ? readFlag(args, at) : { ...bare, raw: [arg], kind: 'text' };
    words.push(word);
    at += word.raw.length;
  }
  return words;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the person asks of the agent. Never throws: refusing bad arguments is up to the agent. */
export function parseArguments(args: readonly string[]): Invocation {
  const words = splitWords(args);
  const separator = words.findIndex(({ kind }) => kind === 'separator');
  const texts = words.filter(({ kind }) => kind === 'text').map(({ raw }) => raw[0] ?? '');
  const isBefore = separator < 0 || words.findIndex(({ kind }) => kind === 'text') < separator;
  const command = isBefore ? (texts[0] ?? null) : null;
  const opens = command !== null && conversations.has(command);
  const isPlain =
    (command !== null && subcommands.has(command)) || words.some(({ group }) => group === 'plain');
  const last = words.some(({ name }) => name === '--last');
  const [first = null, second = null] = opens ? texts.slice(1) : texts;
  const names = opens && !last && first !== null;
  const forks = command === 'fork';
  return {
    mode: isPlain ? 'plain' : 'interactive',
    sessionId: names && !forks && uuid.test(first) ? first : null,
    resumes: opens,
    continues: opens && last,
    forks,
    settings: null,
    isRecorded: true,
    prompt: isPlain ? null : names ? second : first,
  };
}
