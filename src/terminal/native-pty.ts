/** node-pty's native part. No other file uses node-pty; `pty.ts` says why only this part is used. */
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

/** node-pty's native interface, as its own JavaScript calls it (the version is pinned exactly). */
interface NativePty {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number; readonly pty: string };
  resize(fd: number, columns: number, rows: number, pixelWidth: number, pixelHeight: number): void;
}

let native: { readonly module: NativePty; readonly helperPath: string } | undefined;

export function loadNative() {
  if (native) return native;
  const require = createRequire(import.meta.url);
  const utils = require.resolve('node-pty/lib/utils.js');
  const { dir, module } = require(utils).loadNativeModule('pty') as { dir: string; module: NativePty };
  native = { module, helperPath: resolve(dirname(utils), dir, 'spawn-helper') };
  return native;
}
