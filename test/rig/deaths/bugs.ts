/** Faults planted into what a guard does with files: the rules must find each of them. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Act = () => void;

export const bugs: Readonly<Record<string, Act>> = {
  'the repaired copy is written over the conversation': () => {
    const { rename, readFile, rm } = fs.promises;
    fs.promises.rename = async (from, to) => {
      if (!String(from).endsWith('.repaired')) return rename(from, to);
      await fs.promises.writeFile(to, await readFile(from));
      await rm(from);
    };
  },
  'the original is not kept': () => {
    const { link } = fs.promises;
    fs.promises.link = async (from, to) => {
      if (!String(to).includes('.before-repair-')) await link(from, to);
    };
  },
  'what the dead have left stays': () => {
    const { readdirSync } = fs;
    Object.assign(fs, {
      readdirSync: (...args: Parameters<typeof readdirSync>) =>
        (readdirSync(...args) as unknown[]).filter(
          (one) => typeof one !== 'string' || !/\.tmp$|\.repaired$/.test(one),
        ),
    });
    const { readdir } = fs.promises;
    Object.assign(fs.promises, {
      readdir: async (...args: Parameters<typeof readdir>) =>
        ((await readdir(...args)) as unknown[]).filter((one) => !JSON.stringify(one).includes('.repaired')),
    });
  },
  'snapshots are open to others': () => {
    const { open } = fs.promises;
    fs.promises.open = (path, flags, mode) =>
      open(path, flags, String(path).includes('.recovery.json') ? 0o644 : mode);
  },
  'a lock of the dead stays': () => {
    const { rmSync } = fs;
    fs.rmSync = (path, options) => {
      if (!/repair-lock(\.stale)?$/.test(String(path))) rmSync(path, options);
    };
  },
};

/** No fault: some file systems are like that. */
export function withoutLinks(): void {
  const { link } = fs.promises;
  fs.promises.link = async (from, to) => {
    if (!String(to).includes('.before-repair-')) return link(from, to);
    throw Object.assign(new Error('EPERM: no hard links'), { code: 'EPERM' });
  };
  syncBuiltinESMExports();
}

export function plant(name: string | null): void {
  if (name === null) return;
  bugs[name]?.();
  syncBuiltinESMExports();
}
