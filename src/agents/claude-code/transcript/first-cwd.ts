/** The working directory in which a conversation began, which one of its first records names. */
import { headLines } from '../../common/file-head.ts';
import { parseRecord, textOf } from '../../common/json.ts';

/** Null: not known. */
export async function firstCwd(path: string): Promise<string | null> {
  for (const line of await headLines(path)) {
    const cwd = textOf(parseRecord(line) ?? {}, 'cwd');
    if (cwd !== null) return cwd;
  }
  return null;
}
