/** Finds what the person names: by a whole id, or by a prefix that fits only one thing. */
import { UsageError } from './arguments.ts';

/** The person asked for something that does not exist; exit code 3. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Compares the name, because each of our bundles has a class of its own. */
export const isNotFound = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'NotFound';

/** Throws NotFound, or UsageError if the prefix fits several. `ids` may give several names for one thing. */
export function findByPrefix<Thing>(
  what: string,
  wanted: string,
  things: readonly Thing[],
  ids: (thing: Thing) => readonly (string | null)[],
): Thing {
  const exact = things.filter((thing) => ids(thing).includes(wanted));
  const found =
    exact.length > 0 ? exact : things.filter((thing) => ids(thing).some((id) => id?.startsWith(wanted)));
  const newest = found.at(-1);
  if (newest === undefined || wanted === '') throw new NotFound(`no ${what} ${JSON.stringify(wanted)}`);
  if (exact.length === 0 && found.length > 1) {
    throw new UsageError(`${JSON.stringify(wanted)} matches ${found.length} ${what}s; give more of the id`);
  }
  return newest;
}
