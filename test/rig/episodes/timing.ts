/** Time in an episode: patience so short that a wrong judge acts within seconds, and a turn takes some ten seconds. */
import { guardSettings, limits } from '../matrix/timing.ts';

const firstByteMs = 6_000;

export const episodeSettings: Readonly<Record<string, string>> = {
  ...guardSettings,
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: String(firstByteMs),
  // What bytes without content feed ends by this alone. Some versions wait 30 s for a helper before they ask.
  GUARDED_CLAUDE_RESPONSE_TIMEOUT_MS: '35000',
  GUARDED_CLAUDE_DESKTOP: 'off',
};

/** A first byte that comes late, but below the limit. */
export const lateMs = firstByteMs * 0.6;
/**
 * Between two words of a slow answer: a good part of the limit for silence. All of them together stay below that of a
 * screen on which no counter is seen: some versions draw theirs after thirty seconds only, and no agent draws any
 * faster for our sake.
 */
export const dripMs = limits.streamMs / 4;
/** Longest that a turn may take, trouble and all. */
export const turnMs = 90_000;
/** Nothing was asked for so long: the turn is over. */
export const quietMs = 2_500;
