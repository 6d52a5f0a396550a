/** Finds what the person names: by a whole id, or by a prefix that fits only one thing. */
import type { SessionOnDisk } from '../records/sessions.ts';
import { UsageError } from './arguments.ts';

/** The person asked for something that does not exist; exit code 3. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Compares the name, because each of our bundles has a class of its own. */
export const isNotFound = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'NotFound';

/**
 * Throws NotFound, or UsageError if the prefix fits several. If several have the whole id, it is the last of them.
 * @param ids may give several names for one thing
 */
export function findByPrefix<Thing>(
  what: string,
  wanted: string,
  things: readonly Thing[],
  ids: (thing: Thing) => readonly (string | null)[],
): Thing {
  const exact = things.filter((thing) => ids(thing).includes(wanted));
  const found =
    exact.length > 0 ? exact : things.filter((thing) => ids(thing).some((id) => id?.startsWith(wanted)));
  const last = found.at(-1);
  if (last === undefined || wanted === '') throw new NotFound(`no ${what} ${JSON.stringify(wanted)}`);
  if (exact.length === 0 && found.length > 1) {
    throw new UsageError(`${JSON.stringify(wanted)} matches ${found.length} ${what}s; give more of the id`);
  }
  return last;
}

/** The run that has this name or conversation: of several the living one, otherwise the one that began last. */
export function findRun(what: string, wanted: string, sessions: readonly SessionOnDisk[]): SessionOnDisk {
  const livingLast = sessions.toSorted((a, b) => Number(a.alive) - Number(b.alive));
  return findByPrefix(what, wanted, livingLast, ({ status }) => [status.run, status.session_id]);
}
