/** Symbolic links of the person's, who keeps files elsewhere. A file that is replaced must not take a link's place. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** The file that the path leads to, which need not exist. Throws if it cannot be found out. */
export function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const target = targetOf(path);
  if (target === null) return path;
  return followLinks(isAbsolute(target) ? target : `${dirname(path)}/${target}`); // not joined: `..` may follow a link
}

/** Null: not a link, or nothing at all. */
function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

export interface DeadLink {
  readonly link: string;
  readonly target: string;
}

/** Of a path where no file is found: the link that leads nowhere. Null: the file is just not there. */
export function deadLink(path: string): DeadLink | null {
  try {
    lstatSync(path);
  } catch (error) {
    return codeOf(error) === 'ENOENT' && dirname(path) !== path ? deadLink(dirname(path)) : null;
  }
  const target = targetOf(path);
  return target === null || isThere(path) ? null : { link: path, target };
}

function isThere(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}
