/**
 * Stores an id only once that several records share: a result names its call, and the lines of one message name the
 * message. Such records are close together.
 */

/** More than the number of calls that are open at any time. */
const remembered = 256;

export interface SameIds {
  one(id: string | null): string | null;
  /** Shares lists of one id, which nearly all records have. */
  list(ids: readonly string[]): readonly string[];
}

export function createSameIds(): SameIds {
  let recent = new Map<string, readonly [string]>();
  let older = recent;
  const listOf = (id: string) => {
    const known = recent.get(id) ?? older.get(id);
    if (known !== undefined) return known;
    if (recent.size === remembered) {
      older = recent;
      recent = new Map();
    }
    const list = [id] as const;
    recent.set(id, list);
    return list;
  };
  return {
    one: (id) => (id === null ? null : listOf(id)[0]),
    list: (ids) => (ids.length === 1 ? listOf(ids[0] as string) : ids),
  };
}
