import { statSync } from 'node:fs';
import { release } from 'node:os';
import { basename } from 'node:path';
import type { Config } from '../config/schema.ts';
import { leaves } from '../config/validate.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { ownerOf } from '../platform/owner.ts';
import { runPaths, statePaths } from '../platform/paths.ts';
import { shellCommand } from '../platform/shell-words.ts';
import { castPath } from '../records/cast.ts';
import { type IncidentView, readIncidentViews } from '../records/incident-view.ts';
import { readJournal } from '../records/journal-reader.ts';
import type { Status } from '../records/status.ts';
import { readStatus } from '../records/status-reader.ts';
import { redact } from '../words/redact.ts';
import { shortened, stretch, tellStory } from '../words/story.ts';
import { oneLine } from '../words/terminal-style.ts';
import { type TimelineLine, timeline } from '../words/timeline.ts';
import { parse, UsageError } from './arguments.ts';
import { findByPrefix } from './find.ts';

/** `guardctl report ID [--cast]`: Markdown on standard output, without anything that reveals who and where. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['cast'], 1);
  const [wanted] = words;
  if (wanted === undefined) throw new UsageError('which incident? "guardctl incidents" lists them');
  const state = statePaths(process.env);
  const incident = findByPrefix('incident', wanted, readIncidentViews(state), ({ id }) => [id]);
  const paths = runPaths(state, incident.run);
  const files = readJournal(paths.journal);
  const status = readStatus(paths.status);
  const recording = options.cast ? findCast(castPath(paths, incident.id)) : null;
  const text = [
    ...summary(incident),
    ...environment(incident, status, files.at(-1)?.header.config ?? null),
    ...lines(timeline(files, ...stretch(incident, Date.now())), Date.parse(incident.began_at)),
    ...(recording === null ? [] : attachment(recording)),
    '',
  ].join('\n');
  const { home, name: user } = ownerOf(process.env);
  const about = { home, user, folder: status?.cwd ?? null };
  process.stdout.write(redact(text, about));
  if (!options.cast) return 0;
  process.stderr.write(recording === null ? howToRecord : whereItIs(recording));
  return recording === null ? 1 : 0;
}

const howToRecord = `No recording of this incident. For the next ones: guardctl config set cast on
The last minute of the terminal is then kept in memory, and written to disk with an incident.
`;

const whereItIs = ({ path }: CastOnDisk) => `The recording: ${path}
It holds what was on the screen. Look at it before you share it: asciinema play ${shellCommand([path])}
`;

interface CastOnDisk {
  readonly path: string;
  readonly bytes: number;
}

function findCast(path: string): CastOnDisk | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : { path, bytes: stat.size };
}

function attachment({ path, bytes }: CastOnDisk): string[] {
  const name = basename(path);
  return ['', '### Recording', '', `${name}, asciicast v2, ${Math.ceil(bytes / 1024)} KiB (to be attached)`];
}

function summary(incident: IncidentView): string[] {
  const story = tellStory(incident);
  const began = Date.parse(incident.began_at);
  return [
    `## ${story.headline} (${incident.class})`,
    '',
    ...story.facts.slice(1).map(([name, value]) => `- ${name}: ${value}`),
    `- outcome: ${story.outcome}`,
    '',
    '### Evidence',
    '',
    ...incident.evidence.map((fact) => `- ${oneLine(fact)}`),
    '',
    '### Actions',
    '',
    ...(incident.actions.length === 0 ? ['none'] : []),
    ...incident.actions.map(
      ({ at, action, detail }) => `- ${since(began, Date.parse(at)).trim()} **${action}** ${oneLine(detail)}`,
    ),
    '',
  ];
}

function environment(incident: IncidentView, status: Status | null, config: Config | null): string[] {
  const { TERM, TERM_PROGRAM, TMUX } = process.env;
  const terminal = [TERM, TERM_PROGRAM, TMUX === undefined ? undefined : 'inside tmux']
    .filter(Boolean)
    .join(', ');
  const off = Object.entries(status?.switches ?? {}).flatMap(([name, on]) => (on ? [] : [name]));
  const changed = config === null ? [] : changedSettings(config);
  return [
    '### Environment',
    '',
    `- agent: ${status?.agent ?? 'claude-code'} ${incident.agent_version ?? '(version unknown)'}`,
    `- guarded-claude ${guardVersion()}, node ${process.versions.node}, ${process.platform} ${release()} ${process.arch}`,
    `- terminal: ${terminal === '' ? 'unknown' : terminal}`,
    `- senses off: ${off.length === 0 ? 'none' : off.join(', ')}`,
    `- settings changed: ${changed.length === 0 ? 'none' : changed.join(', ')}`,
    '',
  ];
}

/** The person's own commands and paths are only named, not shown. */
function changedSettings(config: Config): string[] {
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  return leaves.flatMap(({ section, name, key }) => {
    const value = sections[section]?.[name];
    if (value === undefined || value === key.default) return [];
    return key.default === null ? [`${name} set`] : [`${name}=${String(value)}`];
  });
}

function lines(all: readonly TimelineLine[], began: number): string[] {
  if (all.length === 0) return ['No journal from that time is left.'];
  const texts = shortened(all).map((line) =>
    line === null ? '   …' : `${since(began, line.wallMs)}  ${line.sense.padEnd(15)} ${oneLine(line.text)}`,
  );
  return ['### Timeline', '', '```text', ...texts, '```'];
}

/** Seconds from the first sign: `  +31.2 s`. */
function since(began: number, at: number): string {
  const seconds = (at - began) / 1000;
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(1)} s`.padStart(9);
}
