/** The beginning of a file, where an agent says once what the whole conversation is about. */
import { open } from 'node:fs/promises';

/** The newest versions of both agents write long records before the one that is looked for. */
const headBytes = 262_144;

/** The first lines as text, of which the last may be cut off; none if the file cannot be read. */
export async function headLines(path: string): Promise<readonly string[]> {
  const file = await open(path).catch(() => null);
  if (file === null) return [];
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } catch {
    return [];
  } finally {
    await file.close();
  }
}
