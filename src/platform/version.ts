import { readFileSync } from 'node:fs';

/** Version of this package. Throws if the installation is damaged. */
export function guardVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
