import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Effect } from '../effects.ts';
import { statePaths } from '../platform/paths.ts';
import { type JournalFile, readJournal, readJournalFile } from '../records/journal-reader.ts';
import { type Decision, type Replay, replay } from '../records/replay.ts';
import { readSessions } from '../records/sessions.ts';
import { oneLine, paint, type TerminalStyle } from '../words/terminal-style.ts';
import { parse, UsageError } from './arguments.ts';
import { findRun } from './find.ts';
import { print, printJson, style } from './output.ts';

/** `guardctl replay JOURNAL|RUN [--json]`: what today's code would decide; exit code 1 if that differs from then. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['json'], 1);
  const [wanted] = words;
  if (wanted === undefined)
    throw new UsageError('which journal? A file, or a run as "guardctl sessions" lists it');
  const replays = filesOf(wanted).map((file) => ({ file, result: replay(file) }));
  if (options.json) printJson(replays.map(({ file, result }) => summary(file, result)));
  else print(replays.map(({ file, result }) => format(file, result, style())).join('\n'));
  return replays.every(({ result }) => result.same) ? 0 : 1;
}

function filesOf(wanted: string): readonly JournalFile[] {
  const path = resolve(wanted);
  if (existsSync(path)) {
    const file = readJournalFile(path);
    if (file === null) throw new Error(`${wanted} is not a journal`);
    return [file];
  }
  const sessions = readSessions(statePaths(process.env));
  const { paths } = findRun('journal or run', wanted, sessions);
  const files = readJournal(paths.journal);
  if (files.length === 0) throw new Error(`${wanted} left no journal`);
  return files;
}

function summary({ path, header }: JournalFile, { events, decisions, same, broken }: Replay) {
  return { journal: path, guard_version: header.guard_version, events, same, decisions, broken };
}

const marks = { same: [' ', 'dim'], before: ['-', 'red'], now: ['+', 'green'] } as const;

function format(
  { path, header }: JournalFile,
  { events, decisions, same, broken }: Replay,
  look: TerminalStyle,
): string {
  const verdict = same ? 'the same decisions' : 'different decisions (- then, + now)';
  return [
    paint(`${path}: ${events} events of guarded-claude ${header.guard_version}: ${verdict}`, 'bold', look),
    ...decisions.map((decision) => line(decision, header.monotonic_ms, look)),
    ...(broken === null ? [] : [brokenOff(broken, header.monotonic_ms)]),
  ].join('\n');
}

const secondsAt = (at: number, startedAt: number) => ((at - startedAt) / 1000).toFixed(1).padStart(9);

function brokenOff({ at, detail }: NonNullable<Replay['broken']>, startedAt: number): string {
  return `x ${secondsAt(at, startedAt)} s  this version cannot continue from what that one wrote: ${oneLine(detail)}`;
}

function line({ at, effect, taken }: Decision, startedAt: number, look: TerminalStyle): string {
  const [mark, colour] = marks[taken];
  return paint(
    `${mark} ${secondsAt(at, startedAt)} s  ${effect.type.padEnd(9)} ${oneLine(detail(effect))}`,
    colour,
    look,
  );
}

function detail(effect: Effect): string {
  if (effect.type === 'incident' || effect.type === 'notify') {
    const { number, class: name, outcome, actions } = effect.incident;
    return `#${number} ${name} ${outcome} [${actions.map(({ action }) => action).join(' ')}]`;
  }
  const { type: _, ...rest } = effect;
  return Object.entries(rest)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
