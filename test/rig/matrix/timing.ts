/**
 * Time in the matrix. Every limit of the guard that measures somebody else's silence is a tenth of its default, so that
 * a wrong judge acts within seconds. What the agent's own drawing sets the pace of is not scaled down that far: it
 * draws as often as ever, with gaps of up to 1.1 s on an idle machine (measured).
 */
import { defaults } from '../../../src/config/schema.ts';

export const scale = 10;

const { network_resilience: network, recovery } = defaults;

export const limits = {
  streamMs: network.stream_timeout_ms / scale,
  firstByteMs: network.first_byte_timeout_ms / scale,
  responseMs: network.response_timeout_ms / scale,
  compactionMs: recovery.compaction_timeout_ms / scale,
  toolGraceMs: recovery.tool_grace_ms / scale,
  /** Not a tenth, see above. */
  frozenUiMs: 3_000,
} as const;

/** Longer than the limit for silence in mid-response, and than that of a frozen screen. */
export const longMs = limits.streamMs * 3;
/** Longer than every limit that silence has. */
export const veryLongMs = limits.firstByteMs * 1.5;

/** The guard's configuration in every cell. */
export const guardSettings: Readonly<Record<string, string>> = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limits.streamMs),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: String(limits.firstByteMs),
  GUARDED_CLAUDE_RESPONSE_TIMEOUT_MS: String(limits.responseMs),
  GUARDED_CLAUDE_COMPACTION_TIMEOUT_MS: String(limits.compactionMs),
  GUARDED_CLAUDE_TOOL_GRACE_MS: String(limits.toolGraceMs),
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: String(limits.frozenUiMs),
  GUARDED_CLAUDE_BACKOFF_INITIAL_MS: String(network.backoff_initial_ms / scale),
  GUARDED_CLAUDE_BACKOFF_MAX_MS: String(network.backoff_max_ms / scale),
  GUARDED_CLAUDE_MIN_UPTIME_MS: String(recovery.min_uptime_ms / scale),
  GUARDED_CLAUDE_CONFIRM_TIMEOUT_MS: String(recovery.confirm_timeout_ms / scale),
  GUARDED_CLAUDE_STABLE_PROBES: String(network.stable_probes),
};
