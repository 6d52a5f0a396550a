/** Checks on the config file and on the folders to which the guard writes. */
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Variables } from '../../agents/contract/invocation.ts';
import { type Flaw, loadConfig } from '../../config/load.ts';
import { configFile, makePrivateFolder, statePaths } from '../../platform/paths.ts';
import { oneLine } from '../../words/terminal-style.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

export function config(env: Variables): Finding[] {
  const { flaws, origin, file } = loadConfig(env);
  const changed = Object.values(origin).filter((from) => from !== 'default').length;
  const settings = changed === 1 ? '1 setting' : `${changed} settings`;
  const where = existsSync(file) ? file : `${file} (does not exist: defaults)`;
  if (flaws.length === 0) return [ok('config', `${where}, ${settings} of your own`)];
  return flaws.map((flaw) => warning('config', flaw.text, remedies[flaw.source](flaw.at, file)));
}

/** `guardctl config set` writes a known setting into a sound file, and does nothing else. */
const remedies: Readonly<Record<Flaw['source'], (at: string, file: string) => string>> = {
  variable: (at) => `correct ${oneLine(at)} where it is set, or unset it`,
  value: (at) => `correct it: guardctl config set ${at} VALUE`,
  name: (at, file) => `correct or remove ${oneLine(at)} in ${file}`,
  file: (at) => `make ${at} a readable file that holds one JSON object, or remove it`,
};

/** The config folder may be missing. Then `config set` needs the nearest folder above to be writable. */
export function configFolder(env: Variables): Finding {
  const folder = dirname(configFile(env));
  let above = folder;
  while (!existsSync(above)) above = dirname(above);
  try {
    accessSync(above, constants.W_OK);
    return ok('config folder', existsSync(folder) ? folder : `${folder} (will be created when needed)`);
  } catch {
    return note('config folder', `${above} cannot be written; "guardctl config set" does not work`);
  }
}

export function stateFolder(env: Variables): Finding {
  const { root, sessions } = statePaths(env);
  const remedy = `make ${root} writable, or set XDG_STATE_HOME to a folder that is`;
  try {
    makePrivateFolder(root);
    makePrivateFolder(sessions);
    const file = join(sessions, `.doctor-${process.pid}`);
    writeFileSync(file, 'x', { flag: 'wx', mode: 0o600 });
    const { mode } = statSync(file);
    rmSync(file);
    if ((mode & 0o077) === 0) return ok('state folder', root);
    return warning(
      'state folder',
      `${root}: files there are open to others`,
      'use a file system with permissions',
    );
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return problem('state folder', `${detail}: nothing can be recorded or recovered`, remedy);
  }
}
