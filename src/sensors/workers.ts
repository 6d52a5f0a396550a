/**
 * Which of the agent's descendants are at work for the turn. In all versions, a process that runs a tool leads a
 * session of its own. Helpers (a clone of its plugins, a server, a search) stay in the agent's session, and so do the
 * person's hooks in older versions. Two kinds of processes are not at work: those that were there before, with all that
 * they have started since (a command in the background), and those that the agent itself counts as background commands.
 */

export interface Descendant {
  readonly pid: number;
  readonly startTime: string;
  readonly parent: number;
  /** It is in a session other than the agent's. */
  readonly detached: boolean;
  /** Time since its start. */
  readonly ageMs: number;
}

export interface AtWork {
  /** Living processes of tools (and, in newer versions, hooks). */
  readonly workers: number;
  /** Age of the youngest living helper that was started during the turn. Null: there is none. */
  readonly helperAgeMs: number | null;
}

/** Identifies a process across samples. A pid alone may have been reused. */
export const nameOf = ({ pid, startTime }: Pick<Descendant, 'pid' | 'startTime'>) => `${pid} ${startTime}`;

/** @param all parents before their children */
export function below(ancestor: Descendant, all: readonly Descendant[]): readonly Descendant[] {
  const kin = new Set([ancestor.pid]);
  for (const { pid, parent } of all) if (kin.has(parent)) kin.add(pid);
  return all.filter(({ parent }) => kin.has(parent));
}

/**
 * @param all parents before their children
 * @param resident names of the processes that were there before
 * @param inBackground how many commands run in the background, according to the agent
 */
export function atWork(
  all: readonly Descendant[],
  resident: ReadonlySet<string>,
  inBackground: number,
): AtWork {
  const detached = new Set(all.filter((each) => each.detached).map(({ pid }) => pid));
  const excluded = new Set<number>();
  for (const each of all)
    if (each.detached && (resident.has(nameOf(each)) || excluded.has(each.parent))) excluded.add(each.pid);
  const started = all.filter((each) => each.detached && !excluded.has(each.pid)).length;
  // Each command is one session, however many processes it has.
  const commands = all.filter((each) => each.detached && !detached.has(each.parent)).length;
  return {
    workers: inBackground === 0 ? started : Math.min(started, Math.max(0, commands - inBackground)),
    helperAgeMs: youngestHelper(all, resident),
  };
}

/** A helper may be a tree of processes. It is as old as the one that the agent itself started. */
function youngestHelper(all: readonly Descendant[], resident: ReadonlySet<string>): number | null {
  const pids = new Set(all.map(({ pid }) => pid));
  const roots = all.filter((each) => !each.detached && !pids.has(each.parent) && !resident.has(nameOf(each)));
  return roots.length === 0 ? null : Math.min(...roots.map(({ ageMs }) => ageMs));
}
