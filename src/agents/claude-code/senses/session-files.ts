/**
 * Finds conversations: `<config>/projects/<folder of the cwd>/<session id>.jsonl`. No folder is found by its name,
 * because that is a lossy encoding that differs between versions. Files are found by the session's id.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { startTimeOf } from '../../../platform/process-identity.ts';
import { headLines } from '../../common/file-head.ts';
import { type Json, parseRecord, textOf } from '../../common/json.ts';
import type { PromptPlaces, SessionFile } from '../../contract/conversation.ts';
import type { Variables } from '../../contract/invocation.ts';
import { configFolder } from '../launch/user-settings.ts';
import { firstCwd } from '../transcript/first-cwd.ts';
import { printMode } from './print.ts';

const sessionName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl$/i;
const tailBytes = 262_144;
/** The agent stamps a prompt when it takes it: at once, or later if the person's own hooks look at it first. */
const takenMs = 3_000;
/** Both stamps are from one clock, but ours is taken only after the key has gone through a queue. */
const clockMs = 100;

export const isSessionId = (id: string): boolean => sessionName.test(`${id}.jsonl`);

/** Whether the agent keeps the conversation of that name at this path, in whatever project folder. */
export function isConversation(env: Variables, path: string, sessionId: string): boolean {
  const below = relative(resolve(configFolder(env), 'projects'), path).split(sep);
  return (
    resolve(path) === path && below.length === 2 && below[0] !== '..' && below[1] === `${sessionId}.jsonl`
  );
}

/** Every conversation file of the agent. Folders that cannot be read are left out. */
async function listFiles(env: Variables): Promise<readonly string[]> {
  const projects = join(configFolder(env), 'projects');
  const folders = await readdir(projects).catch(() => []);
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(projects, folder)).catch(() => []);
      return names.filter((name) => sessionName.test(name)).map((name) => join(projects, folder, name));
    }),
  );
  return files.flat();
}

async function describe(path: string): Promise<SessionFile | null> {
  const found = await stat(path).catch(() => null);
  return found && { sessionId: basename(path, '.jsonl'), path, changedAtMs: found.mtimeMs };
}

/** The conversation file of a session, the last changed if several folders have one; null if there is none. */
export async function findTranscript(env: Variables, sessionId: string): Promise<string | null> {
  const paths = (await listFiles(env)).filter((path) => basename(path) === `${sessionId}.jsonl`);
  const files = (await Promise.all(paths.map(describe))).filter((file) => file !== null);
  return files.toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0]?.path ?? null;
}

/** The files beside a conversation's in which its subagents' work is recorded. */
export async function subagentFiles(path: string): Promise<readonly string[]> {
  const folder = join(path.replace(/\.jsonl$/, ''), 'subagents');
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name));
}

/** Longer names are cut off, and a hash follows. */
const maxNameLength = 200;

function isNamedAfter(folder: string, cwd: string): boolean {
  const name = cwd.normalize('NFC').replace(/[^a-zA-Z0-9]/g, '-');
  return name === folder || (name.length > maxNameLength && folder.startsWith(name.slice(0, maxNameLength)));
}

/**
 * Whether it is a conversation of one of these working directories: where it began or, if /cd has moved its file, where
 * that is now. Two directories may share a folder; then the one where it began counts.
 */
async function isIn(path: string, cwds: readonly string[]): Promise<boolean> {
  const folder = basename(dirname(path));
  const first = await firstCwd(path);
  if (first === null) return false;
  if (isNamedAfter(folder, first)) return cwds.includes(first);
  if (cwds.some((cwd) => isNamedAfter(folder, cwd))) return true;
  if (!cwds.includes(first)) return false;
  const later = (await tailOf(path)).flatMap((record) => textOf(record, 'cwd') ?? []);
  return !later.some((cwd) => isNamedAfter(folder, cwd)); // else it was moved there, or the name is not understood
}

/**
 * Conversations of these working directories, the last changed first. Each is opened only when it is asked for, because
 * a machine may hold thousands.
 * @param sinceMs only those changed at or after this time (wall clock)
 * @param known the id of one that may be anywhere
 */
async function* sessionsIn(
  env: Variables,
  folders: readonly string[],
  sinceMs: number,
  known: string | null = null,
): AsyncGenerator<SessionFile> {
  const files = (await Promise.all((await listFiles(env)).map(describe)))
    .filter((file) => file !== null)
    .filter((file) => file.changedAtMs >= sinceMs)
    .toSorted((a, b) => b.changedAtMs - a.changedAtMs);
  for (const file of files) if (file.sessionId === known || (await isIn(file.path, folders))) yield file;
}

/** The last changed conversation of a working directory, which `--continue` opens; null if there is none. */
export async function latestSession(
  env: Variables,
  cwd: string,
  sinceMs = 0,
  isWanted: (file: SessionFile) => Promise<boolean> = async () => true,
): Promise<SessionFile | null> {
  for await (const file of sessionsIn(env, [cwd], sinceMs)) if (await isWanted(file)) return file;
  return null;
}

/**
 * The conversation under its new id, for a version whose resume assigns one (1.0.56). The new file begins with copies
 * of the records, and the copies of the person's records still name the old session. Null if there is none.
 */
export async function successorOf(
  env: Variables,
  cwd: string,
  sessionId: string,
  sinceMs: number,
): Promise<SessionFile | null> {
  for await (const file of sessionsIn(env, [cwd], sinceMs)) {
    if (file.sessionId === sessionId) continue;
    const head = (await headLines(file.path)).map(parseRecord);
    if (head.some((record) => record !== null && textOf(record, 'sessionId') === sessionId)) return file;
  }
  return null;
}

/** The last records of a conversation; none if it cannot be read. */
export async function tailOf(path: string): Promise<readonly Json[]> {
  const file = await open(path).catch(() => null);
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines.map(parseRecord).filter((record) => record !== null);
  } finally {
    await file.close();
  }
}

/**
 * The conversation that got a prompt, or a command such as /clear, at one of these moments, when Enter was pressed. Of
 * several, it is the one that got the latest. Null if there is none.
 * @param enteredMs wall clock, Unix milliseconds, in order
 */
export async function sessionOfPrompt(
  env: Variables,
  { folders, known }: PromptPlaces,
  enteredMs: readonly number[],
): Promise<SessionFile | null> {
  const [first] = enteredMs;
  if (first === undefined) return null;
  let latest: { readonly file: SessionFile; readonly atMs: number } | null = null;
  for await (const file of sessionsIn(env, folders, first, known)) {
    const prompted = (await tailOf(file.path))
      .map(printMode.readProgress)
      .flatMap((record) => (record?.kind === 'prompt' && record.atMs !== null ? [record.atMs] : []))
      .filter((atMs) => enteredMs.some((entered) => atMs > entered - clockMs && atMs < entered + takenMs));
    const atMs = Math.max(...prompted);
    if (atMs > (latest?.atMs ?? 0)) latest = { file, atMs };
  }
  return latest?.file ?? null;
}

/**
 * The session of a running agent, from the file that it keeps about its own process: `<config>/sessions/<pid>.json`.
 * The file follows /clear and /resume even where hooks are off. Seen on 2.1.197 and newer; 2.1.126 writes it only at
 * the start, and 2.1.42 has none.
 */
export async function sessionOfProcess(env: Variables, pid: number): Promise<string | null> {
  const text = await readFile(join(configFolder(env), 'sessions', `${pid}.json`), 'utf8').catch(() => '');
  const record = parseRecord(text) ?? {};
  return isOfProcess(record, pid) ? textOf(record, 'sessionId') : null;
}

/**
 * Whether an agent's record of its process is that of the process which has this pid now, not of an earlier one: it
 * holds the start time as the kernel counts it.
 */
export function isOfProcess(record: Json, pid: number): boolean {
  const noted = textOf(record, 'procStart');
  return process.platform !== 'linux' || noted === null || noted === startTimeOf(pid);
}
