/** Ids that records have in common, kept once: a result names its call, the lines of one message name it, soon after each other. */

/** Calls that are open at a time, and then some. */
const remembered = 256;

export interface SameIds {
  one(id: string | null): string | null;
  /** A list of one id, which is what nearly all records have. */
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
