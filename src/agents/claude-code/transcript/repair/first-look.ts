/**
 * A check of a conversation before it is resumed, quick enough for every start: does the branch that the resume will
 * follow break off near its end, so that most of the conversation may be missing? Only then is the whole file worth
 * reading.
 */
import { open, stat } from 'node:fs/promises';
import { textOf } from '../../../common/json.ts';
import type { AgentVersion } from '../../../contract/version.ts';
import { chainTo, lastMessage } from '../chain.ts';
import { indexTranscript, type Row } from '../index.ts';
import { leafOf, ownEnd, resumeOf } from '../leaf.ts';

/** How much of the file's end is read: enough for the last turns. */
const tailBytes = 512 * 1024;
const pieceBytes = 1024 * 1024;

/** Rejects if the file cannot be read. */
export async function looksBroken(path: string, version: AgentVersion | null): Promise<boolean> {
  const { size } = await stat(path);
  const parents = new Map<Row, string | null>();
  const index = await indexTranscript(
    path,
    (record, row) => void (row && parents.set(row, textOf(record, 'parentUuid'))),
    Math.max(0, size - tailBytes),
  );
  const resume = resumeOf(index, version);
  const branch = chainTo(ownEnd(index.rows, resume));
  const leaf = leafOf(index.rows, resume);
  const message = leaf === null ? null : lastMessage(leaf);
  if (message !== null && !branch.includes(message)) return true;
  const [first] = branch;
  const parent = first?.link === 'dangling' ? parents.get(first) : null;
  return parent != null && !(await holds(path, `"uuid":"${parent}"`));
}

/** Whether the text is anywhere in the file. Searches from the end, where it usually is, and parses nothing. */
async function holds(path: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes + wanted.length);
    for (let end = (await file.stat()).size; end > 0; end -= pieceBytes) {
      const start = Math.max(0, end - pieceBytes);
      // A little more than the piece, because the text may extend beyond its end.
      const { bytesRead } = await file.read(buffer, 0, end - start + wanted.length, start);
      if (buffer.subarray(0, bytesRead).includes(wanted)) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}
