/**
 * The agent's own record of starts that died while it drew in full-screen mode (`.claude.json`; 2.1.329). A pid stays
 * under `fullscreenBootPending` if the agent was killed in its first seconds. After a few of those, that version stops
 * using the full screen (`fullscreenAutoDisabled`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRecord, type Json, parseRecord } from '../../common/json.ts';
import type { Variables } from '../../contract/invocation.ts';

export interface FullscreenStrikes {
  /** The file that holds the record. */
  readonly file: string;
  /** Starts recorded as killed, or still under way. */
  readonly pending: number;
  readonly strikes: number;
  /** The version that has stopped using the full screen; null: none. */
  readonly disabledFor: string | null;
}

/** Null if there is no such record. */
export function fullscreenStrikes(env: Variables): FullscreenStrikes | null {
  const file = join(env.CLAUDE_CONFIG_DIR || env.HOME || homedir(), '.claude.json');
  const state = read(file);
  const pending = isRecord(state.fullscreenBootPending) ? Object.keys(state.fullscreenBootPending).length : 0;
  const counted = isRecord(state.fullscreenBootStrikes) ? Number(state.fullscreenBootStrikes.count) : 0;
  const disabled = isRecord(state.fullscreenAutoDisabled) ? state.fullscreenAutoDisabled : null;
  if (pending === 0 && !(counted > 0) && disabled === null) return null;
  return { file, pending, strikes: counted || 0, disabledFor: disabled && String(disabled.version) };
}

function read(file: string): Json {
  try {
    return (existsSync(file) && parseRecord(readFileSync(file, 'utf8'))) || {};
  } catch {
    return {};
  }
}
