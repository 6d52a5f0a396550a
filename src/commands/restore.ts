/**
 * `guardctl restore [--dry-run] [--json]`: brings back the sessions whose tmux server was lost. A session goes into the
 * pane at its old place if an idle shell waits there in the same folder, otherwise into a window of its own. Nothing is
 * typed into anybody's shell, and no conversation gets a second writer.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { chooseAgent, unknownAgent } from '../agents/choose.ts';
import { loadAgent } from '../agents/index.ts';
import { startWords } from '../agents/start-again.ts';
import { guardElsewhere, lookAround } from '../guard/start/second-writer.ts';
import { acquireLock } from '../platform/lock.ts';
import { launcher } from '../platform/own-files.ts';
import { type StatePaths, statePaths } from '../platform/paths.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { descendants } from '../platform/process-tree.ts';
import { shellCommand } from '../platform/shell-words.ts';
import { tmux } from '../platform/tmux.ts';
import {
  isServerAlive,
  moveOnMap,
  type ResumeEntry,
  readResumeMap,
  resumeMapPath,
} from '../records/resume-map.ts';
import { isGuardRunning } from '../records/sessions.ts';
import { parse } from './arguments.ts';
import { columns } from './columns.ts';
import { print, printJson, style } from './output.ts';

interface Result {
  readonly entry: ResumeEntry;
  readonly result: 'restored' | 'would restore' | 'left' | 'failed';
  /** Where the session goes, or why it does not. */
  readonly detail: string;
}

const { env } = process;

export async function run(args: readonly string[]): Promise<number> {
  const { options } = parse(args, ['dry-run', 'json'], 0);
  const state = statePaths(env);
  const lock = existsSync(state.root) ? acquireLock(`${resumeMapPath(state)}.restore`) : null;
  if (lock?.held === false) throw new Error('another restore is running');
  try {
    const results: Result[] = [];
    const taken = new Set<string>();
    const lost = readResumeMap(state).filter(
      (entry) => !isGuardRunning(state, entry.run) && !isServerAlive(entry),
    );
    for (const entry of lost) results.push(await restore(entry, state, taken, options['dry-run']));
    if (options.json) printJson(results.map(jsonOf));
    else if (results.length === 0) print('No session was lost with a tmux server.');
    else print(await columns(['PANE', 'SESSION', 'RESULT', 'WHERE'], results.map(row), style()));
    return results.some(({ result }) => result === 'failed') ? 1 : 0;
  } finally {
    if (lock?.held) lock.release();
  }
}

/**
 * @param taken panes that just got a session and conversations that just got a pane, because neither can be seen for a
 * moment
 */
async function restore(
  entry: ResumeEntry,
  state: StatePaths,
  taken: Set<string>,
  dryRun: boolean,
): Promise<Result> {
  const isElsewhere = taken.has(entry.session_id);
  const obstacle = isElsewhere ? 'another pane gets the conversation' : await obstacleTo(entry);
  if (obstacle !== null) return { entry, result: 'left', detail: obstacle };
  const place = await findPlace(entry, taken);
  if (place.pane !== null) taken.add(place.pane);
  try {
    if (!dryRun) await bringBack(entry, place, state);
    taken.add(entry.session_id);
    return { entry, result: dryRun ? 'would restore' : 'restored', detail: place.words };
  } catch (error) {
    return { entry, result: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

async function bringBack(entry: ResumeEntry, place: Place, state: StatePaths): Promise<void> {
  mkdirSync(dirname(entry.socket), { recursive: true, mode: 0o700 }); // a reboot empties this folder
  const folder = entry.cwd.replaceAll('#', '##'); // otherwise tmux reads it as a format
  const made = place.pane === null ? ['-P', '-F', '#{pane_id}'] : [];
  const words = [...place.command, ...made, '-c', folder, ...(await shellWith(entry))];
  const told = await tmux(entry.socket, words, env);
  // If its guard gets no further, the session is not forgotten.
  const format = '#{session_name}:#{window_index}.#{pane_index}\t#{pid}';
  const at = place.pane ?? told.trim();
  const shown = await tmux(entry.socket, ['display-message', '-p', '-t', at, format], env);
  const [, pane, pid] = /^(.+)\t(\d+)$/.exec(shown.trim()) ?? [];
  if (pane === undefined) return; // it is gone again, and the session still counts as lost
  const server = { server_pid: Number(pid), server_start_time: startTimeOf(Number(pid)) ?? '' };
  await moveOnMap(state, entry.run, { pane, ...server });
}

/** Why the session cannot be brought back; null: it can. */
async function obstacleTo(entry: ResumeEntry): Promise<string | null> {
  const { session_id, cwd, left_out, args, variables } = entry;
  if (left_out.length > 0) {
    const command = shellCommand([...startWords(variables), ...left_out, '…', ...args]);
    return `needs ${left_out.join(', ')}, which is not kept; in ${cwd}: ${command}`;
  }
  if (!existsSync(cwd)) return `the folder is gone: ${cwd}`;
  const agent = chooseAgent(variables, '');
  if (agent === null) return unknownAgent(variables);
  const launch = { adapter: await loadAgent(agent.id), env: { ...env, ...variables } };
  const path = await launch.adapter.findTranscript(launch.env, session_id);
  if (path === null) return 'the conversation is gone';
  // The guard in the pane asks the same, and would start no agent.
  const other = lookAround({ launch, paths: { run: entry.run } }, null);
  const found = await other({ sessionId: session_id, path });
  if (found === null) return null;
  return `${found === 'elsewhere' ? guardElsewhere : `process ${found}`} is using the conversation`;
}

interface Place {
  /** The tmux command that makes the place, without the folder and the command to run. */
  readonly command: readonly string[];
  readonly words: string;
  /** The pane that is taken over; null: a new one. */
  readonly pane: string | null;
}

const paneFormat = [
  '#{session_name}:#{window_index}.#{pane_index}',
  '#{pane_id}',
  '#{pane_pid}',
  '#{pane_dead}',
  '#{pane_current_command}',
  '#{pane_current_path}',
].join('\t');

async function findPlace({ socket, pane, cwd }: ResumeEntry, taken: ReadonlySet<string>): Promise<Place> {
  const session = pane.slice(0, pane.lastIndexOf(':'));
  const listed = await tmux(socket, ['list-panes', '-a', '-F', paneFormat], env).catch(() => '');
  const panes = listed.split('\n').map((line) => line.split('\t'));
  const [, id = '', pid, dead, command = '', path] = panes.find(([address]) => address === pane) ?? [];
  const idle = shells.has(basename(command)) && descendants(Number(pid)).length === 0;
  const free = id !== '' && id !== env.TMUX_PANE && !taken.has(id);
  if (free && path === cwd && (dead === '1' || idle))
    return { command: ['respawn-pane', '-k', '-t', id], words: `its pane ${pane}`, pane: id };
  const exists = panes.some(([address]) => address?.startsWith(`${session}:`));
  return exists
    ? { command: ['new-window', '-d', '-t', `=${session}:`], words: `a new window in ${session}`, pane: null }
    : { command: ['new-session', '-d', '-s', session], words: `a new session ${session}`, pane: null };
}

/** Shells that take `-l -i -c`. */
const shells: ReadonlySet<string> = new Set(['bash', 'zsh', 'fish', 'sh', 'dash', 'ksh']);

/**
 * The person's own login shell runs the command, as if typed at its prompt, with everything that their start files set.
 * When the command ends, the shell stays.
 */
async function shellWith({ socket, args, variables }: ResumeEntry): Promise<string[]> {
  const asked = await tmux(socket, ['show-options', '-gv', 'default-shell'], env).catch(() => '');
  const own = asked.trim() || env.SHELL || '/bin/sh';
  const shell = shells.has(basename(own)) ? own : '/bin/sh';
  const program = [process.execPath, launcher('guarded-claude')];
  const command = shellCommand([...startWords(variables, program), ...args]);
  return [shell, '-l', '-i', '-c', `${command}; exec ${shellCommand([shell])} -l`];
}

const row = ({ entry, result, detail }: Result) => [entry.pane, entry.session_id, result, detail];

const jsonOf = ({ entry, result, detail }: Result) => ({
  pane: entry.pane,
  session_id: entry.session_id,
  cwd: entry.cwd,
  result,
  detail,
});
