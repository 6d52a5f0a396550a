/** A person at a terminal: their keys reach the composer as tokens, and the core as input. Without a clock. */
import { type Evidence, noEvidence, observe } from '../../src/detect/evidence/index.ts';
import type { Observation, ScreenFacts } from '../../src/events.ts';
import { createComposer } from '../../src/person/composer.ts';
import { typedOneByOne } from './keys.ts';

export function composing() {
  const composer = createComposer();
  let evidence: Evidence = noEvidence(0);
  let now = 0;
  let isKept = false;
  const tell = (observation: Observation) => {
    const before = evidence;
    const event = { ...observation, at: now };
    evidence = observe(before, event);
    composer.happened(event, before, evidence, isKept);
  };
  tell({ type: 'agent.started', generation: 1, pid: 1, resumed: false, prompted: false });
  return {
    composer,
    tell,
    type(text: string, kept = false) {
      isKept = kept;
      for (const tokens of typedOneByOne(text)) composer.typed(tokens, kept, now);
      tell({ type: 'input', kind: text.endsWith('\r') ? 'enter' : 'text', bytes: text.length });
    },
    /** The agent draws this, and then it stands for three seconds. */
    shows(activity: ScreenFacts['activity'], draft = false) {
      tell({ type: 'output', bytes: 1 });
      tell({ type: 'screen', facts: { activity, draft } });
      for (let seconds = 0; seconds < 3; seconds++) {
        now += 1_000;
        tell({ type: 'tick' });
      }
    },
  };
}
