/** How what an agent does reaches the guard: by senses that may be missing, each with a delay of its own. */
import type { Observation, ScreenFacts } from '../../../src/events.ts';
import type { Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

export interface Senses {
  /** Another agent draws now: what it shows is told, even if it is the same. */
  restart(): void;
  /** What stands on the screen now; the latest alone is seen. */
  shows(facts: ScreenFacts): void;
  draws(bytes: number): void;
  hook(observation: Observation): void;
  status(state: 'idle' | 'working' | 'blocked'): void;
  record(observation: Observation): void;
  /** A request of the turn's goes up; newer agents write that down. */
  requested(): void;
}

const screenMs = 250;
const outputMs = 500;

export function createSenses(
  plan: Plan,
  scheduler: Scheduler,
  emit: (observation: Observation) => void,
): Senses {
  const draw = plan.chance('senses');
  const { senses } = plan;
  let shown: ScreenFacts | null = null;
  let isScreenDue = false;
  let seen = '';
  let bytes = 0;
  let drawnAt = 0;

  /** In the order in which it was said. */
  function inOrder(low: number, high: number, slow: number): (observation: Observation) => void {
    let lastAt = 0;
    return (observation) => {
      const delayMs = draw.happens(0.03) ? draw.between(high, slow) : draw.between(low, high);
      lastAt = Math.max(lastAt, scheduler.now() + delayMs);
      scheduler.after(lastAt - scheduler.now(), () => emit(observation));
    };
  }
  // The agent waits for a hook before it goes on: what a hook tells is soon there, but may be read late.
  const byHook = plan.readsHooksLate ? inOrder(20, 4_000, 4_500) : inOrder(20, 300, 900);
  // The status comes in the stream that the screen is drawn from.
  const byStatus = inOrder(20, 300, 900);
  const onRecord = inOrder(50, 900, 3_000);

  return {
    restart() {
      seen = '';
    },
    shows(facts) {
      shown = facts;
      if (isScreenDue) return;
      isScreenDue = true;
      scheduler.after(draw.between(20, screenMs), () => {
        isScreenDue = false;
        const text = JSON.stringify(shown);
        if (shown === null || text === seen) return;
        seen = text;
        emit({ type: 'screen', facts: shown });
      });
    },
    draws(count) {
      if (bytes === 0)
        scheduler.after(outputMs, () => {
          emit({ type: 'output', bytes, lastAt: drawnAt });
          bytes = 0;
        });
      bytes += count;
      drawnAt = scheduler.now();
    },
    hook(observation) {
      if (senses.hooks) byHook({ ...observation, writtenAt: scheduler.now() });
    },
    status(state) {
      if (senses.status) byStatus({ type: 'program-status', state });
    },
    record(observation) {
      if (senses.record) onRecord(observation);
    },
    requested() {
      if (senses.record && senses.requests) onRecord({ type: 'request.sent' });
    },
  };
}
