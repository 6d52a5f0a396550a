/**
 * The real agent in exact versions. Each is fetched once from the package registry into `.cache/agents/`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/own-files.ts';

export const versionNames = [
  '2.1.332',
  '2.1.329',
  '2.1.263',
  '2.1.197',
  '2.1.126',
  '2.1.42',
  '2.1.38',
  '1.0.56',
  '1.0.44',
] as const;

export type Version = (typeof versionNames)[number];

const cache = join(packageRoot(), '.cache', 'agents');

function nativePackage(): string {
  // glibcVersionRuntime is missing from the report's header on musl systems and outside Linux.
  const header = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  const musl = process.platform === 'linux' && header.glibcVersionRuntime === undefined ? '-musl' : '';
  return `@anthropic-ai/claude-code-${process.platform}-${process.arch}${musl}`;
}

/** The first version with packages that hold one executable for each platform; the older ones are a script for node. */
const firstNative = [2, 1, 110] as const;

function isNative(version: string): boolean {
  const parts = version.split('.').map(Number);
  const at = firstNative.findIndex((part, index) => part !== parts[index]);
  return at < 0 || (parts[at] ?? 0) > (firstNative[at] ?? 0);
}

function location(version: string): { readonly name: string; readonly path: string } {
  const native = isNative(version);
  const name = native ? nativePackage() : '@anthropic-ai/claude-code';
  return { name, path: join('node_modules', name, native ? 'claude' : 'cli.js') };
}

/** One fetch at a time, over all test workers; a lock older than this belongs to a run that died. */
const staleLockMs = 10 * 60_000;

function withLock<T>(path: string, work: () => T): T {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch {
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > staleLockMs) rmSync(path, { recursive: true, force: true });
      else Atomics.wait(pause, 0, 0, 500);
    }
  }
  try {
    return work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Installs a package into a folder of the cache, unless it is there.
 * @param path of the wanted file below the folder
 * @param flags more of npm's
 * @returns its absolute path; null where it cannot be had
 */
export function fetchPackage(
  folder: string,
  spec: string,
  path: string,
  flags: readonly string[] = [],
): string | null {
  const file = join(cache, folder, path);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  return withLock(join(cache, `${folder}.lock`), () => {
    if (existsSync(file)) return file;
    spawnSync(
      'npm',
      [
        'install',
        '--prefix',
        join(cache, folder),
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts',
      ].concat(['--no-audit', '--no-fund', ...flags, ...spec.split(' ')]),
      { stdio: 'ignore', timeout: 5 * 60_000 },
    );
    return existsSync(file) ? file : null;
  });
}

/** Path of its executable or script; null where it cannot be had. */
export function fetchAgent(version: string): string | null {
  const { name, path } = location(version);
  return fetchPackage(version, `${name}@${version}`, path);
}

/**
 * Path of an executable of that version, as an installation has it: a script version is a link into its package, by
 * which its version can be told. Null where it cannot be had.
 *
 * @param binFolder a folder of the caller's own, for that link.
 */
export function realAgent(version: string, binFolder: string): string | null {
  const file = fetchAgent(version);
  if (file === null || isNative(version)) return file;
  chmodSync(file, 0o755);
  mkdirSync(binFolder, { recursive: true });
  const link = join(binFolder, 'claude');
  if (!existsSync(link)) symlinkSync(file, link);
  return link;
}
