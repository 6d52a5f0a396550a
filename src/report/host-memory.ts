/**
 * What was learnt of each API host's healthy silences, kept across runs in one small file. Old lessons fade: each new
 * one is taken with nine tenths of what was known, so a host that has become fast is judged as fast again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Health } from '../detect/health.ts';
import { replaceFileSync } from '../platform/atomic-file.ts';

export interface HostMemory {
  /** Null: nothing is known of this host. */
  recall(): Health | null;
  remember(health: Health): void;
}

/** Most hosts kept; the one not seen for longest goes. */
const keptHosts = 50;
const fading = 0.9;

interface Entry {
  readonly first_byte_ms: number;
  readonly stream_ms: number;
}

export function openHostMemory(
  stateRoot: string,
  host: string,
  degraded: (detail: string) => void,
): HostMemory {
  const path = join(stateRoot, 'hosts.json');
  const known = read(path)[host];
  return {
    recall: () =>
      known ? { firstByteMs: known.first_byte_ms * fading, streamMs: known.stream_ms * fading } : null,
    remember({ firstByteMs, streamMs }) {
      const { [host]: _, ...others } = read(path);
      const entry: Entry = { first_byte_ms: Math.round(firstByteMs), stream_ms: Math.round(streamMs) };
      const kept = Object.entries(others).slice(1 - keptHosts);
      try {
        replaceFileSync(path, `${JSON.stringify({ ...Object.fromEntries(kept), [host]: entry })}\n`);
      } catch (error) {
        degraded(`hosts: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function read(path: string): Readonly<Record<string, Entry>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(
        (pair): pair is [string, Entry] =>
          Number.isFinite(pair[1]?.first_byte_ms) && Number.isFinite(pair[1]?.stream_ms),
      ),
    );
  } catch {
    return {}; // none yet, or damaged: learnt anew
  }
}
