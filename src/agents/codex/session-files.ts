/**
 * Finds conversations: `<home>/sessions/<year>/<month>/<day>/rollout-<time>-<id>.jsonl`. The id cannot be chosen. The
 * file appears with the first prompt, and the agent keeps it open from then on.
 */
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { descendants } from '../../platform/process-tree.ts';
import { headLines } from '../common/file-head.ts';
import { isRecord, parseRecord, textOf } from '../common/json.ts';
import type { SessionFile } from '../contract/conversation.ts';
import type { Variables } from '../contract/invocation.ts';
import { codexHome } from './user-settings.ts';

const rollout = /^rollout-.*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i;

const idOf = (path: string): string | null => rollout.exec(basename(path))?.[1] ?? null;

async function describe(path: string): Promise<SessionFile | null> {
  const found = await stat(path).catch(() => null);
  const sessionId = idOf(path);
  return found && sessionId !== null ? { sessionId, path, changedAtMs: found.mtimeMs } : null;
}

/** All rollouts, the last changed first. */
async function listFiles(env: Variables): Promise<readonly SessionFile[]> {
  const folder = join(codexHome(env), 'sessions');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(names.map((name) => describe(join(folder, name))));
  return files.filter((file) => file !== null).toSorted((a, b) => b.changedAtMs - a.changedAtMs);
}

export async function findTranscript(env: Variables, sessionId: string): Promise<string | null> {
  return (await listFiles(env)).find((file) => file.sessionId === sessionId)?.path ?? null;
}

/** Working directory of a person's conversation; null for a subagent's or an unreadable one. */
async function cwdOf(path: string): Promise<string | null> {
  const [line = ''] = await headLines(path);
  const meta = parseRecord(line)?.payload;
  if (!isRecord(meta) || isRecord(meta.source) || (meta.thread_source ?? 'user') !== 'user') return null;
  return textOf(meta, 'cwd');
}

/** The last changed conversation of a working directory; null if there is none. */
export async function latestSession(
  env: Variables,
  cwd: string,
  sinceMs = 0,
  isWanted: (file: SessionFile) => Promise<boolean> = async () => true,
): Promise<SessionFile | null> {
  const wanted = await realpath(cwd).catch(() => cwd);
  for (const file of await listFiles(env)) {
    if (file.changedAtMs < sinceMs) return null;
    const found = await cwdOf(file.path);
    if ((found === cwd || found === wanted) && (await isWanted(file))) return file;
  }
  return null;
}

async function openFiles(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.filter((target) => idOf(target) !== null);
}

/**
 * The conversation whose rollout a running agent holds open; of several, the last changed. The agent may be a child of
 * this process, because the npm package starts it from a script. Null without `/proc`.
 */
export async function sessionOfProcess(_: Variables, pid: number): Promise<string | null> {
  const pids = [pid, ...descendants(pid).map((process) => process.pid)];
  const paths = [...new Set((await Promise.all(pids.map(openFiles))).flat())];
  const ofPerson = await Promise.all(paths.map(async (path) => ((await cwdOf(path)) === null ? null : path)));
  const files = await Promise.all(ofPerson.filter((path) => path !== null).map(describe));
  return (
    files.filter((file) => file !== null).toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0]?.sessionId ??
    null
  );
}
