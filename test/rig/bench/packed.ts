/** The size of the package, as `npm pack` would make it of the working tree. */
import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../../src/platform/own-files.ts';

export interface Packed {
  readonly packedMb: number;
  readonly unpackedMb: number;
  readonly files: number;
}

/** What the build neither reads nor needs; a checkout's own dist/ still holds chunks of earlier builds. */
const leftOut = /^(\.git|\.cache|node_modules|dist|docs)(\/|$)/;

/** @param folder does not exist yet */
export function packed(folder: string): Packed {
  const root = packageRoot();
  cpSync(root, folder, { recursive: true, filter: (path) => !leftOut.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const run = (file: string, ...args: readonly string[]) =>
    execFileSync(file, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  run(process.execPath, join('scripts', 'build.js'), '--clean');
  const [{ size, unpackedSize, entryCount }] = JSON.parse(
    run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'),
  ) as [{ readonly size: number; readonly unpackedSize: number; readonly entryCount: number }];
  return { packedMb: size / 1e6, unpackedMb: unpackedSize / 1e6, files: entryCount };
}
