/** What the rendered screen says. */
import type { ScreenFacts } from '../../../events.ts';
import type { AgentVersion, ScreenView } from '../../agent.ts';

export function readScreen(_view: ScreenView, _version: AgentVersion | null): ScreenFacts {
  return { activity: 'unknown' };
}
