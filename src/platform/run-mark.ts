/**
 * The guard's mark on everything that it starts. What outlives the guard keeps the mark and passes it on, as a tmux
 * server or an editor does to every shell that is opened there later. So the mark alone proves nothing. It counts only
 * if the guard that it names is alive and we descend from it.
 */
import { nameOf, ownIdentity } from './process-identity.ts';
import { processTable } from './process-table.ts';
import { ancestors } from './process-tree.ts';

/** The run's id. */
export const runVariable = 'GUARDED_CLAUDE_RUN';
/** The guard's pid and start time, from `nameOf`. */
const guardVariable = 'GUARDED_CLAUDE_GUARD';

type Environment = Readonly<Record<string, string | undefined>>;

/** This guard's mark, for the environment of its agent. */
export function ownMark(run: string): Readonly<Record<string, string>> {
  return { [runVariable]: run, [guardVariable]: nameOf(ownIdentity()) };
}

/** `leftover`: the mark belongs to a guard that we do not run under. */
export function markOn(env: Environment): 'none' | 'inside' | 'leftover' {
  if (env[runVariable] === undefined) return 'none';
  return ancestors(process.pid).some((above) => nameOf(above) === env[guardVariable]) ? 'inside' : 'leftover';
}

/**
 * Whether we are inside, and in the agent's own process session, so that the guard watches us. What the agent has
 * started to outlive it leads a session of its own.
 */
export function isWatched(env: Environment): boolean {
  if (env[guardVariable] === undefined) return false;
  const line = ancestors(process.pid);
  const guard = line.findIndex((above) => nameOf(above) === env[guardVariable]);
  if (guard < 0) return false;
  const table = processTable();
  const sessionOf = (pid: number) => table.find((entry) => entry.pid === pid)?.session;
  return sessionOf(process.pid) === sessionOf(line[guard - 1]?.pid ?? process.pid);
}
