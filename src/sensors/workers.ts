/**
 * Which of the agent's descendants are at work for the turn. In all versions, a process that runs a tool leads a
 * session of its own. Helpers (a clone of its plugins, a server, a search) stay in the agent's session, and so do the
 * person's hooks in older versions. Two signs show that a process is not at work: it was there before, like all that it
 * has started since (a command in the background), or the agent itself counts it among its commands in the background.
 */

export interface Descendant {
  readonly pid: number;
  readonly startTime: string;
  readonly parent: number;
  /** It is in another session than the agent. */
  readonly apart: boolean;
  /** Time since its start. */
  readonly ageMs: number;
}

export interface AtWork {
  /** Living processes of tools (and, in newer versions, hooks). */
  readonly workers: number;
  /** Age of the youngest living helper that the turn has started. Null: there is none. */
  readonly helperAgeMs: number | null;
}

/** Two samples with the same name are of the same process. A pid alone may have been reused. */
export const nameOf = ({ pid, startTime }: Pick<Descendant, 'pid' | 'startTime'>) => `${pid} ${startTime}`;

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
  const apart = new Set(all.filter((each) => each.apart).map(({ pid }) => pid));
  const aside = new Set<number>();
  for (const each of all)
    if (each.apart && (resident.has(nameOf(each)) || aside.has(each.parent))) aside.add(each.pid);
  const started = all.filter((each) => each.apart && !aside.has(each.pid)).length;
  // Each command is one session, however many processes it has.
  const commands = all.filter((each) => each.apart && !apart.has(each.parent)).length;
  return {
    workers: inBackground === 0 ? started : Math.min(started, Math.max(0, commands - inBackground)),
    helperAgeMs: youngestHelper(all, resident),
  };
}

/** A helper is as old as the process that the agent itself has started for it. */
function youngestHelper(all: readonly Descendant[], resident: ReadonlySet<string>): number | null {
  const pids = new Set(all.map(({ pid }) => pid));
  const roots = all.filter((each) => !each.apart && !pids.has(each.parent) && !resident.has(nameOf(each)));
  return roots.length === 0 ? null : Math.min(...roots.map(({ ageMs }) => ageMs));
}
