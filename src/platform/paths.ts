/** The folders of our files: the XDG base directories, whose specification says to ignore relative values. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const name = 'guarded-claude';

export function configFile(env: Environment): string {
  return join(base(env, 'XDG_CONFIG_HOME', '.config'), name, 'config.json');
}

export interface StatePaths {
  readonly root: string;
  /** One folder per run below it. */
  readonly sessions: string;
  readonly incidents: string;
}

export function statePaths(env: Environment): StatePaths {
  const root = join(base(env, 'XDG_STATE_HOME', '.local/state'), name);
  return { root, sessions: join(root, 'sessions'), incidents: join(root, 'incidents.jsonl') };
}

export interface RunPaths {
  readonly run: string;
  readonly folder: string;
  readonly status: string;
  readonly journal: string;
  /** Hooks leave their payloads here. */
  readonly spool: string;
  /**
   * For files that are the same in every run. They stay, because what an agent has started in the background may read
   * them later.
   */
  readonly lasting: string;
}

export const lastingFolder = (state: StatePaths): string => `${state.root}/launch`;

/** Put together without `join`: listings do this for every run there was, and it took a fifth of their time. */
export function runPaths(state: StatePaths, run: string): RunPaths {
  const folder = `${state.sessions}/${run}`;
  return {
    run,
    folder,
    status: `${folder}/status.json`,
    journal: `${folder}/journal.jsonl`,
    spool: `${folder}/spool`,
    lasting: lastingFolder(state),
  };
}

/** Creates the folders of a new run, closed to others (0700). Throws if the state root cannot be written. */
export function createRun(env: Environment, run: string = newRunId()): RunPaths {
  const state = statePaths(env);
  const paths = runPaths(state, run);
  makePrivateFolder(state.root);
  makePrivateFolder(paths.spool);
  return paths;
}

export interface OpenedRun {
  readonly paths: RunPaths;
  /** A message for the person if the records are in another place than usual. */
  readonly warning: string | null;
}

/** The same, but below the system's temporary folder if the state root cannot be written. Throws if that fails, too. */
export function openRun(env: Environment): OpenedRun {
  try {
    return { paths: withRoom(createRun(env)), warning: null };
  } catch (error) {
    const paths = withRoom(createRun({ XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'guarded-claude-')) }));
    const reason = error instanceof Error ? error.message : String(error);
    return {
      paths,
      warning: `the state folder cannot be used, so records are in ${paths.folder}: ${reason}`,
    };
  }
}

/** More than the files of a launch need. */
const roomBytes = 64 * 1024;
/** The file that tries this out, in the run's folder. It is there for a moment, unless the guard is killed in it. */
export const roomName = 'room';

/** Throws if nothing can be written there. On a full disk, folders can be made, but not filled. */
function withRoom(paths: RunPaths): RunPaths {
  const file = join(paths.folder, roomName);
  try {
    writeFileSync(file, Buffer.alloc(roomBytes), { mode: 0o600 });
    unlinkSync(file);
    return paths;
  } catch (error) {
    rmSync(paths.folder, { recursive: true, force: true });
    throw error;
  }
}

/** mkdir -p with 0700. An existing folder is closed to others, too. */
export function makePrivateFolder(folder: string): void {
  makeFolder(folder);
  chmodSync(folder, 0o700);
}

/**
 * Does not use node's own `recursive`, which retries for ever where no folder can be made (/proc: ENOENT, node 20).
 */
function makeFolder(folder: string): void {
  try {
    makeOne(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    makeOne(folder);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Unique on a machine, and easy to type. The time in it has no year: `1121-0936-4f2a9c`. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString();
  return `${stamp.slice(5, 7)}${stamp.slice(8, 10)}-${stamp.slice(11, 13)}${stamp.slice(14, 16)}-${randomBytes(3).toString('hex')}`;
}

function base(env: Environment, variable: string, fallback: string): string {
  const value = env[variable];
  if (value !== undefined && isAbsolute(value)) return value;
  return join(homeOf(env), fallback);
}

/** Never relative: in whichever folder a start happens, files there must not be taken for the person's own. */
function homeOf({ HOME: home }: Environment): string {
  if (home !== undefined && isAbsolute(home)) return home;
  try {
    return home === undefined ? homedir() : userInfo().homedir;
  } catch {
    return '/nonexistent'; // nobody knows this user: no settings, and no place for records
  }
}
