/**
 * Which processes end with the agent: only its processes as they were at the last look.
 *
 * The guard must not end what is meant to outlive the agent. A background job (`nohup … &`, `setsid`, a tmux server)
 * gets another parent as soon as the shell of its command ends (2.1.329, 2.1.263, 2.1.197, 2.1.38), while the processes
 * of an open call descend from the agent. The agent's own background service is its child, and is recognised by its
 * command line.
 */

import type { ProcessIdentity } from '../platform/process-identity.ts';
import { isAlive, startTimeOf } from '../platform/process-identity.ts';
import { commandLine, processTable, processTableReader, type TableEntry } from '../platform/process-table.ts';
import { type Descendant, descendants, processesMarkedBy } from '../platform/process-tree.ts';
import { runVariable } from '../platform/run-mark.ts';

/** One look at the processes of one agent. */
export interface Kin {
  readonly agent: ProcessIdentity;
  /** Parents before their children. */
  readonly members: readonly Descendant[];
  /** Start time of the youngest process on the machine. Anything younger did not exist at this look. */
  readonly youngest: string;
  /** Pids of all that have this start time: the kernel tells it in hundredths of a second, and others may follow. */
  readonly asYoung: ReadonlySet<number>;
}

export interface KinWatch {
  /** Looks at the descendants of a living agent. Once the agent is gone, they cannot be found any more. */
  look(pid: number): readonly Descendant[];
  /** The latest look at that agent. */
  last(): Kin | null;
}

export function watchKin(): KinWatch {
  let last: Kin | null = null;
  const readTable = processTableReader();
  return {
    look(pid) {
      const startTime = startTimeOf(pid);
      // No unrelated process becomes a descendant, but a former descendant may have got another parent.
      const table = readTable(new Set([pid, ...(last?.members ?? []).map((member) => member.pid)]));
      const members = descendants(pid, table);
      const isThere = table.some((entry) => entry.pid === pid && entry.startTime === startTime);
      if (startTime !== null && isThere) last = { agent: { pid, startTime }, members, ...youngestOf(table) };
      return members;
    },
    last: () => last,
  };
}

export interface Claims {
  /** Whether a process with this command line is meant to outlive the agent. */
  outlives(words: readonly string[]): boolean;
  /**
   * The run whose mark identifies processes of the turn that have begun since the latest look and lost their parent
   * with the agent. Null: there was no turn. Linux only.
   */
  readonly openIn: string | null;
  /**
   * A call may have been open. Otherwise only hooks of the person's can have been at work, in the agent's session, and
   * what is in another one was left there by a call that is over.
   */
  readonly inCall: boolean;
}

/** @returns a function that lists the living processes that end with the agent, including the agent itself */
export function endingWith(kin: Kin, { outlives, openIn, inCall }: Claims): () => readonly ProcessIdentity[] {
  const spared = new Set<number>();
  const isSpared = ({ pid, parent }: TableEntry) => {
    if (!spared.has(parent) && !outlives(commandLine(pid))) return false;
    spared.add(pid);
    return true;
  };
  const known = kin.members.filter(
    (member) => isAlive(member) && !hasDetached(member, kin) && !isSpared(member),
  );
  // The agent leads the session of its terminal.
  const own = String(kin.agent.pid);
  // Whatever a command starts later is in the command's session.
  const sessions = new Set(known.filter(({ detached }) => detached).map(({ session }) => session));
  return () => {
    const table = processTable();
    const isYoung = (entry: TableEntry) => isYoungerThan(kin)(entry) && (inCall || entry.session === own);
    const young = openIn === null ? [] : processesMarkedBy(runVariable, openIn, table.filter(isYoung));
    const parentsFirst = young.toSorted((a, b) => Number(a.startTime) - Number(b.startTime) || a.pid - b.pid);
    const all = [
      kin.agent,
      ...known,
      ...table.filter(({ session }) => sessions.has(session)),
      ...parentsFirst.filter((entry) => !isSpared(entry)),
    ];
    const byPid = new Map(all.map(({ pid, startTime }) => [pid, { pid, startTime }]));
    return [...byPid.values()].filter(isAlive);
  };
}

/** The shell of a command has ended since the look, and with it what ties this process to the agent. */
function hasDetached({ detached, parent }: Descendant, { agent, members }: Kin): boolean {
  const before = members.find(({ pid }) => pid === parent);
  return detached && parent !== agent.pid && before !== undefined && !isAlive(before);
}

/** The processes of a run that go on without its agent, in words for people. Linux only. */
export function leftRunning(run: string): readonly string[] {
  const marked = processesMarkedBy(runVariable, run);
  const pids = new Set(marked.map(({ pid }) => pid));
  return marked
    .filter(({ parent }) => !pids.has(parent))
    .map(({ pid }) => `${(commandLine(pid)[0] ?? '').replace(/^.*\//, '')} (${pid})`);
}

function youngestOf(table: readonly TableEntry[]): Pick<Kin, 'youngest' | 'asYoung'> {
  const youngest = String(table.reduce((latest, { startTime }) => Math.max(latest, Number(startTime)), 0));
  const same = table.filter(({ startTime }) => startTime === youngest);
  return { youngest, asYoung: new Set(same.map(({ pid }) => pid)) };
}

const isYoungerThan =
  ({ youngest, asYoung, agent }: Kin) =>
  ({ pid, startTime }: TableEntry) =>
    pid !== agent.pid &&
    (Number(startTime) > Number(youngest) || (startTime === youngest && !asYoung.has(pid)));
