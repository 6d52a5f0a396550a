/**
 * Records the last minute of the terminal, for those who have switched it on. Output is kept in memory in a bounded
 * ring and written only when there is an incident, as an asciicast (version 2: one line of JSON for the header, then
 * one per event). The file begins a minute before the guard acted on the incident; what follows until the incident's
 * end is appended.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { RunPaths } from '../platform/paths.ts';

export interface Cast {
  output(chunk: Buffer): void;
  resized(columns: number, rows: number): void;
  /** Appends what is kept and not yet in this file, with a marker. Throws if the file cannot be written. */
  save(path: string, mark: string): void;
}

export interface CastOptions {
  readonly columns: number;
  readonly rows: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** An asciicast event before it is written as text. */
type Frame =
  | { readonly at: number; readonly output: Buffer }
  | { readonly at: number; readonly columns: number; readonly rows: number };

const keptMs = 60_000;
const keptBytes = 2 * 1024 * 1024;
/** What a frame costs in addition to its bytes. */
const frameBytes = 300;
/** Limits a file, because an incident may last for hours. */
const fileBytes = 8 * 1024 * 1024;

export const castPath = (run: RunPaths, incidentId: string) => join(run.folder, `${incidentId}.cast`);

export function createCast({ columns, rows, now = () => performance.now() }: CastOptions): Cast {
  const frames: Frame[] = [];
  let bytes = 0;
  /** Size of the terminal at the first frame that is kept, and at the last. */
  let firstSize = { columns, rows };
  let size = firstSize;
  let file: CastFile | null = null;

  const costOf = (frame: Frame) => frameBytes + ('output' in frame ? frame.output.length : 0);
  const trim = () => {
    for (let [oldest] = frames; oldest !== undefined; [oldest] = frames) {
      if (bytes <= keptBytes && now() - oldest.at <= keptMs) return;
      frames.shift();
      bytes -= costOf(oldest);
      if (!('output' in oldest)) firstSize = { columns: oldest.columns, rows: oldest.rows };
    }
  };
  const keep = (frame: Frame) => {
    frames.push(frame);
    bytes += costOf(frame);
    trim();
  };
  return {
    output: (chunk) => keep({ at: now(), output: Buffer.from(chunk) }),
    resized(nextColumns, nextRows) {
      if (nextColumns === size.columns && nextRows === size.rows) return;
      size = { columns: nextColumns, rows: nextRows };
      keep({ at: now(), ...size });
    },
    save(path, mark) {
      trim();
      if (file?.path !== path) file = createFile(path, frames[0]?.at ?? now(), firstSize, now());
      file.add(frames, mark, now());
    },
  };
}

interface CastFile {
  readonly path: string;
  add(frames: readonly Frame[], mark: string, at: number): void;
}

function createFile(
  path: string,
  beganAt: number,
  size: { readonly columns: number; readonly rows: number },
  createdAt: number,
): CastFile {
  const decoder = new StringDecoder('utf8');
  const header = {
    version: 2,
    width: size.columns,
    height: size.rows,
    timestamp: Math.round((Date.now() - (createdAt - beganAt)) / 1000),
    env: { TERM: process.env.TERM ?? '' },
  };
  let text = `${JSON.stringify(header)}\n`;
  let writtenBytes = 0;
  let latest: Frame | null = null;
  const line = (at: number, code: string, data: string) =>
    `${JSON.stringify([Math.round(at - beganAt) / 1000, code, data])}\n`;
  return {
    path,
    add(frames, mark, at) {
      for (const frame of frames.slice(latest === null ? 0 : frames.indexOf(latest) + 1)) {
        latest = frame;
        if ('output' in frame) text += line(frame.at, 'o', decoder.write(frame.output));
        else text += line(frame.at, 'r', `${frame.columns}x${frame.rows}`);
      }
      text += line(at, 'm', mark);
      const whole = Buffer.from(text);
      text = '';
      if (writtenBytes + whole.length > fileBytes) return;
      appendFileSync(path, whole, { mode: 0o600 });
      writtenBytes += whole.length;
    },
  };
}
