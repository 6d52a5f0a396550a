/**
 * Reads the person's command line as the agent's own parser does (commander, with the flags of `flags.ts`).
 *
 * `splitWords` cuts the arguments into words: a flag with its values, a prompt, `--`. Joined again, the words are the
 * arguments, byte for byte, so changing one word leaves all others as they were.
 */
import type { Invocation, InvocationMode } from '../../contract/invocation.ts';
import { type Flag, flags, servingCommands, subcommands } from './flags.ts';

export interface FlagUse {
  readonly flag: Flag;
  readonly name: string;
  readonly value: string | null;
}

/** One word of the command line with everything that belongs to it. */
export interface Word {
  readonly raw: readonly string[];
  readonly kind: 'flag' | 'unknown' | 'separator' | 'text';
  /** The flags that it sets; several in a cluster such as `-pc`. */
  readonly uses: readonly FlagUse[];
}

const isFlag = (word: string | undefined) => word !== undefined && word.length > 1 && word.startsWith('-');

/** How many words after `start` belong to a flag that takes `takes`. */
function countValues(args: readonly string[], start: number, takes: Flag['takes']): number {
  if (takes === 'nothing' || start + 1 >= args.length) return 0;
  if (takes === 'maybe') return isFlag(args[start + 1]) ? 0 : 1;
  if (takes === 'one') return 1;
  let count = 1;
  while (start + 1 + count < args.length && !isFlag(args[start + 1 + count])) count++;
  return count;
}

/** `-pc` is `-p -c`; `-rNAME` is `-r NAME`. Null if one of its letters is not a flag. */
function readCluster(word: string): readonly FlagUse[] | null {
  const uses: FlagUse[] = [];
  for (let rest = word.slice(1); rest !== ''; ) {
    const name = `-${rest[0]}`;
    const flag = flags.get(name);
    if (!flag) return null;
    const value = flag.takes === 'nothing' || rest.length === 1 ? null : rest.slice(1);
    uses.push({ flag, name, value });
    rest = value === null ? rest.slice(1) : '';
  }
  return uses;
}

function readFlag(args: readonly string[], start: number): Word {
  const word = args[start] ?? '';
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  const name = equals < 0 ? word : word.slice(0, equals);
  const flag = flags.get(name);
  if (flag && equals >= 0)
    return { raw: [word], kind: 'flag', uses: [{ flag, name, value: word.slice(equals + 1) }] };
  const cluster = flag || word.startsWith('--') ? null : readCluster(word);
  const uses = flag ? [{ flag, name, value: null }] : cluster;
  const last = uses?.at(-1);
  if (!uses || !last) {
    // A flag of an unknown version. A single word after it counts as its value, a sentence as the prompt.
    const next = args[start + 1];
    const ownsNext = equals < 0 && next !== undefined && !isFlag(next) && !/\s/.test(next);
    return { raw: args.slice(start, start + (ownsNext ? 2 : 1)), kind: 'unknown', uses: [] };
  }
  const count = last.value === null ? countValues(args, start, last.flag.takes) : 0;
  const value = count > 0 ? (args[start + 1] ?? null) : last.value;
  return {
    raw: args.slice(start, start + 1 + count),
    kind: 'flag',
    uses: [...uses.slice(0, -1), { ...last, value }],
  };
}

/** Cuts the arguments into words. The concatenation of all `raw` is `args`. */
export function splitWords(args: readonly string[]): readonly Word[] {
  const words: Word[] = [];
  for (let at = 0; at < args.length; ) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      words.push({ raw: [arg], kind: 'separator', uses: [] });
      for (const text of args.slice(at + 1)) words.push({ raw: [text], kind: 'text', uses: [] });
      break;
    }
    const word: Word = isFlag(arg) ? readFlag(args, at) : { raw: [arg], kind: 'text', uses: [] };
    words.push(word);
    at += word.raw.length;
  }
  return words;
}

/** The form of the agent's commands. A prompt has blanks, capitals, punctuation, or letters of another script. */
const commandWord = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;

/**
 * Whether the first text is a command. Only what is known to be a conversation is guarded. The agent has commands that
 * its help does not list, and they differ between versions (`rc`, `sync`, `bridge`), so a single first word that looks
 * like a command counts as one. A text is a prompt if it has blanks, or follows `--` or a flag that opens a
 * conversation or prints.
 */
function runsCommand(words: readonly Word[], text: string): boolean {
  const at = words.findIndex((word) => word.kind === 'text');
  const groups = words.slice(0, at).flatMap((word) => word.uses.map(({ flag }) => flag.group));
  if (groups.includes('print')) return false;
  // Everything after a command belongs to the command, flags included.
  if (subcommands.has(text) || /^cc(\+unix)?:\/\//.test(text)) return true;
  const isNamed = groups.includes('conversation') || words[at - 1]?.kind === 'separator';
  return !isNamed && commandWord.test(text);
}

function modeOf(words: readonly Word[], firstText: string | null): InvocationMode {
  const groups = new Set(words.flatMap((word) => word.uses.map((use) => use.flag.group)));
  if (groups.has('plain')) return 'plain';
  if (firstText !== null && runsCommand(words, firstText))
    return servingCommands.has(firstText) ? 'serving' : 'plain';
  return groups.has('print') ? 'print' : 'interactive';
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the person asks of the agent. Never throws: refusing bad arguments is up to the agent. */
export function parseArguments(args: readonly string[]): Invocation {
  const words = splitWords(args);
  const firstText = words.find((word) => word.kind === 'text')?.raw[0] ?? null;
  const mode = modeOf(words, firstText);
  const uses = words.flatMap((word) => word.uses);
  const last = (name: string) => uses.findLast((use) => use.flag.names.includes(name));
  const continues = last('--continue') !== undefined;
  const resumed = last('--resume');
  const forks = last('--fork-session') !== undefined;
  const named = last('--session-id')?.value ?? (forks ? null : resumed?.value) ?? null;
  return {
    mode,
    sessionId: named !== null && uuid.test(named) ? named : null,
    resumes: continues || [resumed, last('--from-pr'), last('--teleport')].some((use) => use !== undefined),
    continues,
    forks,
    settings: last('--settings')?.value ?? null,
    isRecorded: last('--no-session-persistence') === undefined,
    prompt: mode === 'plain' || mode === 'serving' ? null : firstText,
  };
}
