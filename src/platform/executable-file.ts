/** Whether a file can be executed, and if not, why, in a shell's words and with a shell's exit code. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';

export interface Unfit {
  readonly kind: 'missing' | 'folder' | 'blocked';
  readonly text: string;
}

/** Null: it can be executed. What only the kernel knows (the file is being written) shows only when it is started. */
export function judgeFile(path: string): Unfit | null {
  try {
    if (!statSync(path).isFile()) return { kind: 'folder', text: 'not a file' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES'
      ? { kind: 'blocked', text: 'permission denied' }
      : { kind: 'missing', text: 'no such file' };
  }
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return { kind: 'blocked', text: 'not an executable file' };
  }
  const interpreter = /^#![ \t]*([^ \t\r\n]+)/.exec(readHead(path, 256))?.[1];
  if (interpreter === undefined || statSync(interpreter, { throwIfNoEntry: false })) return null;
  return { kind: 'blocked', text: `bad interpreter: ${interpreter}` };
}

/** The first bytes of a file; empty if it cannot be read. */
export function readHead(path: string, bytes: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return ''; // executable but not readable, so it is somebody else's binary
  }
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
