/** The silences that the guard has learnt to be healthy. Where nothing was silent, nothing may be learnt. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statePaths } from '../../../src/platform/paths.ts';

export interface Learnt {
  readonly firstByteMs: number;
  readonly streamMs: number;
}

/** The longest of each kind in the file that the guard keeps about hosts; 0: none. */
export function learntIn(env: Readonly<Record<string, string>>): Learnt {
  const entries: readonly { readonly first_byte_ms: number; readonly stream_ms: number }[] = Object.values(
    hosts(join(statePaths(env).root, 'hosts.json')),
  );
  return {
    firstByteMs: Math.max(0, ...entries.map(({ first_byte_ms }) => first_byte_ms)),
    streamMs: Math.max(0, ...entries.map(({ stream_ms }) => stream_ms)),
  };
}

export const longer = (one: Learnt, other: Learnt): Learnt => ({
  firstByteMs: Math.max(one.firstByteMs, other.firstByteMs),
  streamMs: Math.max(one.streamMs, other.streamMs),
});

function hosts(path: string): Record<string, { first_byte_ms: number; stream_ms: number }> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {}; // nothing was learnt
  }
}
