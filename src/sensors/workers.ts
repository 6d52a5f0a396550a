/**
 * Which of the agent's descendants are at work for the turn. Two witnesses may say that one is not: it was there before
 * (with all that it starts since, if it leads a session of its own: a command in the background), or the agent itself
 * counts it among its commands in the background.
 */

export interface Descendant {
  readonly pid: number;
  readonly startTime: string;
  readonly parent: number;
  /** In another session than the agent. */
  readonly apart: boolean;
}

/** Same name, same process: pids are used again. */
export const nameOf = ({ pid, startTime }: Pick<Descendant, 'pid' | 'startTime'>) => `${pid} ${startTime}`;

/**
 * @param all parents before their children
 * @param resident names of those that were there before
 * @param inBackground how many commands run in the background, as the agent tells
 */
export function countWorkers(
  all: readonly Descendant[],
  resident: ReadonlySet<string>,
  inBackground: number,
): number {
  const apart = new Set(all.filter((each) => each.apart).map(({ pid }) => pid));
  const aside = new Set<number>();
  for (const each of all)
    if (each.apart && (resident.has(nameOf(each)) || aside.has(each.parent))) aside.add(each.pid);
  const started = all.filter((each) => !aside.has(each.pid) && !resident.has(nameOf(each)));
  if (inBackground === 0) return started.length;
  // One command is one session, however many processes it has.
  const commands = all.filter((each) => each.apart && !apart.has(each.parent)).length;
  const others = started.filter((each) => !each.apart).length;
  return Math.min(started.length, Math.max(0, commands - inBackground) + others);
}
