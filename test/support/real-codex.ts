/** The real Codex CLI in its exact version, from the platform's own package, which needs no install script. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage } from '../rig/matrix/versions.ts';
import { missedFile } from './real-agent.ts';

export const codexVersion = '0.169.0';

const targets: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

/** Its executable; null where it cannot be had. */
export function realCodex(): string | null {
  const platform = `${process.platform}-${process.arch}`;
  const target = targets[platform];
  if (target === undefined) return null;
  const path = join('node_modules', '@openai', 'codex', 'vendor', target, 'bin', 'codex');
  return fetchPackage(`codex-${codexVersion}`, `@openai/codex@${codexVersion}-${platform}`, path);
}

/** For `describe.skipIf(codexMissing())`: fetches it if need be; skipped-agents.ts says at the end what was missed. */
export function codexMissing(): boolean {
  const absent = realCodex() === null;
  if (absent) appendFileSync(missedFile, `codex ${codexVersion}\n`);
  return absent;
}
