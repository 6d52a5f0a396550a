/**
 * Counts what a process does to the file system, and strikes at one of those calls: the process is killed, in the
 * middle of what it writes, or the disk fails. To be imported before anything that uses files: the functions of
 * `node:fs` are replaced for the whole process.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export type Kind = 'kill' | 'ENOSPC' | 'EROFS' | 'EIO' | 'EMFILE';

export interface Strike {
  /** Counted from 1, among the calls that this kind can hit. 0: never. */
  readonly at: number;
  readonly kind: Kind;
  /** How many of those calls in a row it hits. */
  readonly lasts: number;
}

export interface Watched {
  readonly transcript: string;
  /** Nothing may be written elsewhere. */
  readonly allowed: readonly string[];
  /** Is told each state of the transcript, before anything else happens. */
  tell(what: { readonly transcript: string; readonly kept: boolean } | { readonly outside: string }): void;
}

type Call = (...args: unknown[]) => unknown;
type Shape = 'opens' | 'changes' | 'writes' | 'reads';

const shapes: Readonly<Record<string, Shape>> = {
  open: 'opens',
  openSync: 'opens',
  write: 'writes',
  writeSync: 'writes',
  writeFile: 'writes',
  writeFileSync: 'writes',
  appendFile: 'writes',
  appendFileSync: 'writes',
  copyFile: 'changes',
  copyFileSync: 'changes',
  rename: 'changes',
  renameSync: 'changes',
  link: 'changes',
  linkSync: 'changes',
  rm: 'changes',
  rmSync: 'changes',
  unlink: 'changes',
  unlinkSync: 'changes',
  mkdir: 'changes',
  mkdirSync: 'changes',
  mkdtempSync: 'changes',
  chmod: 'changes',
  chmodSync: 'changes',
  chown: 'changes',
  utimes: 'changes',
  sync: 'changes',
  fsyncSync: 'changes',
  read: 'reads',
  readSync: 'reads',
  readFile: 'reads',
  readFileSync: 'reads',
  readdir: 'reads',
  readdirSync: 'reads',
  stat: 'reads',
  statSync: 'reads',
  realpath: 'reads',
};

const opening = /^(open|readFile|readdir|writeFileSync|appendFileSync|copyFile|mkdtemp)/;
const removing = /^(rm|unlink)/;

/** Whether such a failure can hit this call. */
const hits: Readonly<Record<Kind, (shape: Shape, name: string) => boolean>> = {
  kill: (shape) => shape !== 'reads',
  ENOSPC: (shape, name) => shape !== 'reads' && !removing.test(name),
  EROFS: (shape) => shape !== 'reads',
  EIO: () => true,
  EMFILE: (_, name) => opening.test(name),
};

/** @returns how many calls could have been hit */
export function strikeAt({ at, kind, lasts }: Strike, watched: Watched): () => number {
  const own = { ...fs };
  let count = 0;
  let seen = '';
  /** Some functions of `node:fs` call others, which are part of the same call. */
  let isInside = false;
  function inside<T>(act: () => T): T {
    const was = isInside;
    isInside = true;
    try {
      return act();
    } finally {
      isInside = was;
    }
  }
  const isOurs = (path: string) =>
    path.startsWith('/') &&
    !/^\/(proc|dev|sys|usr|etc)\//.test(path) &&
    !/\/(dist|node_modules)\//.test(path);

  function digest(path: string): string {
    try {
      return createHash('sha1').update(own.readFileSync(path)).digest('hex');
    } catch {
      return 'missing';
    }
  }
  const look = (): void => inside(lookAtAll);
  function lookAtAll(): void {
    const now = digest(watched.transcript);
    if (now === seen) return;
    const folder = watched.transcript.slice(0, watched.transcript.lastIndexOf('/') + 1);
    const names = own.readdirSync(folder).filter((name) => name.includes('.before-repair-'));
    const kept = seen === '' || names.some((name) => digest(folder + name) === seen);
    seen = now;
    watched.tell({ transcript: now, kept });
  }

  /** Before a call. @returns the error with which it fails; null: it does not */
  function meet(name: string, shape: Shape, path: string, tear: () => void): Error | null {
    look();
    if (shape !== 'reads' && !watched.allowed.some((folder) => path.startsWith(folder)))
      watched.tell({ outside: `${name} ${path}` });
    if (!hits[kind](shape, name)) return null;
    count += 1;
    if (at === 0 || count < at || count >= at + lasts) return null;
    tear();
    if (kind === 'kill') process.kill(process.pid, 'SIGKILL');
    return Object.assign(new Error(`${kind}: struck, ${name} '${path}'`), {
      code: kind,
      syscall: name,
      path,
    });
  }

  const half = (content: unknown): Buffer => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array);
    return bytes.subarray(0, bytes.length >> 1);
  };
  const isWriting = (flags: unknown) =>
    typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(String(flags ?? 'r'));
  const shapeOf = (name: string, args: readonly unknown[]): Shape => {
    const shape = shapes[name] as Shape;
    return shape === 'opens' && !isWriting(args[1]) ? 'reads' : shape;
  };
  /** The path that changes. */
  const pathIn = (name: string, args: readonly unknown[]) =>
    String(/^(link|copyFile)/.test(name) ? args[1] : args[0]);

  const descriptors = new Map<number, string>();
  for (const name of Object.keys(shapes).filter((each) => each.endsWith('Sync'))) {
    const real = own[name as keyof typeof own] as unknown as Call;
    Object.assign(fs, {
      [name](...args: unknown[]) {
        const path = typeof args[0] === 'number' ? (descriptors.get(args[0]) ?? '') : pathIn(name, args);
        if (isInside || !isOurs(path)) return real(...args);
        const tear = () => {
          if (/^(write|append)/.test(name)) inside(() => real(args[0], half(args[1]), args[2]));
        };
        const error = meet(name, shapeOf(name, args), path, tear);
        if (error !== null) throw error;
        const result = inside(() => real(...args));
        if (name === 'openSync') descriptors.set(result as number, path);
        look();
        return result;
      },
    });
  }
  const promises = { ...fs.promises };
  for (const name of Object.keys(shapes)) {
    const real = (promises as unknown as Record<string, Call | undefined>)[name];
    if (real === undefined) continue;
    Object.assign(fs.promises, {
      async [name](...args: unknown[]) {
        const path = pathIn(name, args);
        if (!isOurs(path)) return real(...args);
        const tear = () => {
          if (/^(write|append)/.test(name))
            inside(() =>
              (own as unknown as Record<string, Call>)[`${name}Sync`]?.(args[0], half(args[1]), args[2]),
            );
        };
        const error = meet(name, shapeOf(name, args), path, tear);
        if (error !== null) throw error;
        const result = await real(...args);
        if (name === 'open') followHandle(result as fs.promises.FileHandle, path);
        look();
        return result;
      },
    });
  }

  function followHandle(handle: fs.promises.FileHandle, path: string): void {
    for (const name of ['writeFile', 'appendFile', 'write', 'sync', 'read', 'stat'] as const) {
      const real = handle[name].bind(handle) as unknown as Call;
      Object.assign(handle, {
        async [name](...args: unknown[]) {
          const tear = () => {
            if (/^(write|append)/.test(name)) own.writeSync(handle.fd, half(args[0]));
          };
          const error = meet(name, shapes[name] as Shape, path, tear);
          if (error !== null) throw error;
          const result = await real(...args);
          look();
          return result;
        },
      });
    }
  }
  look();
  syncBuiltinESMExports();
  return () => count;
}
