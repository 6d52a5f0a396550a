/** Our own version, from package.json. */
import { readFileSync } from 'node:fs';

export function guardVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
