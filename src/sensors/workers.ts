/**
 * Which of the agent's descendants are at work for the turn. What runs a tool leads a session of its own, in all
 * versions; what helps the agent (a clone of its plugins, a server, a search) stays in the agent's, and so do the
 * person's hooks in older versions. Two more witnesses may say that one is not at work: it was there before (with all
 * that it starts since: a command in the background), or the agent itself counts it among its commands in the
 * background.
 */

export interface Descendant {
  readonly pid: number;
  readonly startTime: string;
  readonly parent: number;
  /** In another session than the agent. */
  readonly apart: boolean;
  /** Since its start. */
  readonly ageMs: number;
}

export interface AtWork {
  /** Living processes of tools (and, in newer versions, hooks). */
  readonly workers: number;
  /** Age of the youngest living helper that the turn has started; null: there is none. */
  readonly helperAgeMs: number | null;
}

/** Same name, same process: pids are used again. */
export const nameOf = ({ pid, startTime }: Pick<Descendant, 'pid' | 'startTime'>) => `${pid} ${startTime}`;

/**
 * @param all parents before their children
 * @param resident names of those that were there before
 * @param inBackground how many commands run in the background, as the agent tells
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
  // One command is one session, however many processes it has.
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
