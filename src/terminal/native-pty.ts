/** node-pty's native part. No other file uses node-pty; `pty.ts` says why only this part is used. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

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

interface Native {
  readonly module: NativePty;
  readonly helperPath: string;
}

let native: Native | undefined;

export function loadNative(): Native {
  native ??= load();
  return native;
}

/** Where node-pty looks, and in its order. It tries them by loading, and each failure takes node half a millisecond. */
const folders = ['build/Release', 'build/Debug', `prebuilds/${process.platform}-${process.arch}`];

function load(): Native {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve('node-pty/package.json'));
  for (const folder of folders.map((each) => join(root, each))) {
    const file = join(folder, 'pty.node');
    try {
      if (existsSync(file)) return { module: require(file), helperPath: join(folder, 'spawn-helper') };
    } catch {
      // node-pty knows another place, or can say what is wrong
    }
  }
  const { dir, module } = require(join(root, 'lib/utils.js')).loadNativeModule('pty') as {
    dir: string;
    module: NativePty;
  };
  return { module, helperPath: resolve(root, 'lib', dir, 'spawn-helper') };
}
