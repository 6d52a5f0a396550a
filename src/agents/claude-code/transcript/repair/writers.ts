/**
 * Finds processes that may be writing a conversation file. The agent opens the file for each line and closes it again,
 * so it is seldom caught in the act. Since 2.1.197, each process leaves `<config>/sessions/<pid>.json` with its session
 * and start time.
 */
import { constants, type Stats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { startTimeOf } from '../../../../platform/process-identity.ts';
import { parseRecord, textOf } from '../../../common/json.ts';
import type { Writer } from '../../../contract/conversation.ts';
import { isOfProcess } from '../../senses/session-files.ts';
import { firstCwd } from '../first-cwd.ts';

/**
 * @param thorough also count an agent that runs in the conversation's folder and does not record its session (2.1.42
 *   and older): right for a repair by hand, too careful right after a stop
 * @param elsewhere processes that are known to be in other conversations
 */
export async function findWriter(
  path: string,
  thorough: boolean,
  elsewhere: readonly number[] = [],
): Promise<Writer | null> {
  const named = await agentsBeside(path);
  const holder = inConversation(named, path);
  if (holder !== null) return { pid: holder, certain: true };
  if (process.platform !== 'linux') return null;
  const cwd = thorough ? await firstCwd(path) : null;
  const file = await stat(path);
  const others = new Set([...named.map((one) => one.pid), ...elsewhere]);
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (await canWrite(pid, file)) return { pid, certain: true };
    if (cwd !== null && !others.has(pid) && (await isAgentIn(pid, cwd))) return { pid, certain: false };
  }
  return null;
}

/**
 * A living agent that records that it is in this conversation, or one that records nothing about itself (2.1.42 and
 * older) and was started on this conversation. A process that only reads the file does not count.
 * @param except processes that are known not to be in it
 */
export async function findAgent(path: string, except: readonly number[]): Promise<number | null> {
  const named = await agentsBeside(path);
  const others = named.filter(({ pid }) => !except.includes(pid));
  return inConversation(others, path) ?? (await startedOn(path, [...except, ...named.map(({ pid }) => pid)]));
}

const opening: ReadonlySet<string> = new Set(['--resume', '-r', '--session-id']);

/** Linux only. */
async function startedOn(path: string, except: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const id = basename(path, '.jsonl');
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || except.includes(pid)) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const isOn = words.some((word, at) => word === id && opening.has(words[at - 1] ?? ''));
    const isAgent = words.slice(0, 2).some((word) => agentName.test(word));
    if (isOn && isAgent && !words.includes('--fork-session')) return pid;
  }
  return null;
}

/** The agent's program or script, not a guard around it. */
const agentName = /(^|\/)(claude|cli\.js)$/;

const agentsBeside = (path: string) => readSessions(join(dirname(path), '..', '..', 'sessions'));

const inConversation = (agents: readonly Named[], path: string): number | null =>
  agents.find((one) => one.sessionId === basename(path, '.jsonl'))?.pid ?? null;

interface Named {
  readonly pid: number;
  readonly sessionId: string;
}

async function readSessions(folder: string): Promise<readonly Named[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^\d+\.json$/.test(name));
  const read = await Promise.all(
    files.map(async (name): Promise<Named | null> => {
      const record = parseRecord(await readFile(join(folder, name), 'utf8').catch(() => ''));
      const sessionId = record === null ? null : textOf(record, 'sessionId');
      const pid = Number(name.replace('.json', ''));
      if (record === null || sessionId === null || startTimeOf(pid) === null) return null;
      return isOfProcess(record, pid) ? { pid, sessionId } : null;
    }),
  );
  return read.filter((one) => one !== null);
}

/**
 * Whether it has the file open for writing. Compared by device and inode, because the file may be open under another
 * path, through a link.
 */
async function canWrite(pid: number, { dev, ino }: Stats): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await readdir(folder).catch(() => [])) {
    const open = join(folder, name);
    if (!(await readlink(open).catch(() => '')).startsWith('/')) continue; // a pipe, a socket
    const found = await stat(open).catch(() => null);
    if (found?.ino === ino && found.dev === dev && (await isForWriting(pid, name))) return true;
  }
  return false;
}

async function isForWriting(pid: number, descriptor: string): Promise<boolean> {
  const about = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = /^flags:\s*([0-7]+)/m.exec(about)?.[1] ?? '';
  return (Number.parseInt(flags, 8) & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
}

async function isAgentIn(pid: number, cwd: string): Promise<boolean> {
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).trimStart();
  if (!/^(\S*\/)?claude(\s|\0|$)/.test(command)) return false;
  return (await readlink(`/proc/${pid}/cwd`).catch(() => null)) === cwd;
}
