/**
 * Reads a growing file of JSON lines from an offset, each record once. The file may be rewritten in place at any time.
 * So each reading also checks the bytes right before the offset. If they have changed, the latest known records show
 * where to go on.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';

const chunkBytes = 1_048_576;

/** Known records are looked for in this part at the file's end, which holds some hundred records. */
const windowBytes = 1_048_576;

/** How many records' identities are kept. */
const maxKnown = 10_000;

/** How many bytes before the offset identify the file. */
const markBytes = 64;

/** A file system may count time in steps as long as this. A file that changes twice in one step may look the same. */
export const stepMs = 3_000;

export interface Tail {
  readonly path: string;
  /** Reports the records that have been added. @throws what the file system throws. */
  readOn(): Promise<void>;
}

/**
 * Distinguishes a record from all others. Null: the record has no identity, so it counts as new whenever it is read.
 */
function identityOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null) return null;
  const { type, uuid } = record as { readonly type?: unknown; readonly uuid?: unknown };
  return typeof uuid === 'string' ? `${String(type)} ${uuid}` : null;
}

function parseLine(line: string): unknown {
  if (line.trim() === '') return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // truncated by a kill; the agent skips such a line as well
  }
}

async function readAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead);
}

/**
 * @param fromStart the whole file counts as new; otherwise only what is added from now on
 * @param onRecord called for each record that is not known yet
 */
export async function openTail(
  path: string,
  fromStart: boolean,
  onRecord: (record: unknown) => void,
): Promise<Tail> {
  const known = new Set<string>();
  let offset = 0;
  let mark: Buffer = Buffer.alloc(0);
  /** The last line, if its end is missing. */
  let partial: Buffer = Buffer.alloc(0);
  /** What the system says of the file, and since when it has said the same. */
  let looks = '';
  let looksSince = 0;
  /** The file was read when it had looked the same for longer than a step, so there is nothing new in it. */
  let isDone = false;

  /** @returns false if the record is known already */
  function remember(record: unknown): boolean {
    const identity = identityOf(record);
    if (identity === null) return true;
    const isNew = !known.has(identity);
    known.delete(identity);
    known.add(identity); // the latest one comes last
    const [oldest] = known;
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
    return isNew;
  }

  function take(bytes: Buffer, emit: (record: unknown) => void): void {
    const end = bytes.lastIndexOf(0x0a);
    const complete = end < 0 ? '' : Buffer.concat([partial, bytes.subarray(0, end)]).toString('utf8');
    partial = end < 0 ? Buffer.concat([partial, bytes]) : Buffer.from(bytes.subarray(end + 1));
    for (const line of complete.split('\n')) {
      const record = parseLine(line);
      if (record !== undefined) emit(record);
    }
  }

  /**
   * Reads up to this size. The bytes before the new ones are read with them, because the file may be rewritten at any
   * moment. @returns false: what was read before is no longer there
   */
  async function readFrom(file: FileHandle, size: number, emit: (record: unknown) => void): Promise<boolean> {
    for (;;) {
      const length = Math.min(chunkBytes, Math.max(0, size - offset));
      const bytes = await readAt(file, offset - mark.length, mark.length + length);
      if (!bytes.subarray(0, mark.length).equals(mark)) return false;
      const added = bytes.subarray(mark.length);
      offset += added.length;
      mark = Buffer.from(bytes.subarray(-markBytes));
      take(added, emit);
      if (added.length === 0 || offset >= size) return true;
    }
  }

  /** Starts over at the end of the file, and reports the records after the last known one. */
  async function resynchronise(file: FileHandle, size: number): Promise<void> {
    offset = Math.max(0, size - windowBytes);
    mark = Buffer.alloc(0);
    partial = Buffer.alloc(0);
    const records: unknown[] = [];
    await readFrom(file, size, (record) => records.push(record));
    const isKnown = (record: unknown) => {
      const identity = identityOf(record);
      return identity !== null && known.has(identity);
    };
    const last = records.findLastIndex(isKnown);
    // Without a known record, another conversation has replaced the file (a repair), and its content is reported
    // elsewhere.
    for (const record of records.splice(0, last < 0 ? records.length : last + 1)) remember(record);
    for (const record of records) if (remember(record)) onRecord(record);
  }

  if (!fromStart) {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      offset = Math.max(0, size - windowBytes);
      await readFrom(file, size, remember);
    } finally {
      await file.close();
    }
  }

  return {
    path,
    async readOn() {
      const found = await stat(path, { bigint: true }).catch(() => null);
      if (found === null) return;
      const now = performance.now();
      const looksNow = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
      if (looksNow !== looks) {
        looks = looksNow;
        looksSince = now;
        isDone = false;
      }
      if (isDone) return;
      const file = await open(path);
      try {
        const { size } = await file.stat();
        const report = (record: unknown) => {
          if (remember(record)) onRecord(record);
        };
        if (size < offset || !(await readFrom(file, size, report))) await resynchronise(file, size);
        isDone = now - looksSince > stepMs;
      } finally {
        await file.close();
      }
    },
  };
}
