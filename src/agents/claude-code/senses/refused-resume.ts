/** How Claude Code says that it refuses to continue a conversation, and what a person can do about it. */
import type { RefusedResume } from '../../contract/invocation.ts';
import type { ScreenView } from '../../contract/screen.ts';

/**
 * 2.1.197 and newer, about a conversation that its background service works on; the second wording is what 2.1.329
 * prints to a script. Rows may break in the middle of a word.
 */
const inBackground = /currentlyrunningasabackgroundagent|sessionisrunninginthebackground\([0-9a-f]+\)/i;

export function readRefusedResume({ rows }: Pick<ScreenView, 'rows'>): RefusedResume | null {
  if (!inBackground.test(rows.join('').replace(/\s+/g, ''))) return null;
  return {
    detail:
      'the conversation is running as a background agent: `claude agents` finds it and attaches to it, --fork-session continues with a copy',
    isHeld: true,
  };
}
