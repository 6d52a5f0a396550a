/**
 * The terminal's title while the guard works on a living agent; null when nothing is wrong. The guard shows nothing
 * else while an agent lives.
 */
import type { Config } from '../config/schema.ts';
import { causeOf, type Step } from './incident.ts';
import type { GuardState } from './state.ts';

function titleOf(state: GuardState, config: Config): string | null {
  const { evidence: e, cure } = state;
  if (state.name === 'asking' || state.name === 'unstoppable') return `stuck (${causeOf(state)}): needs you`;
  if (state.name !== 'watching' || !cure || !state.incident) return null;
  const [waiting] = e.wire.waiting;
  if (waiting) {
    const attempt =
      waiting.of === null ? `attempt ${waiting.attempt}` : `attempt ${waiting.attempt}/${waiting.of}`;
    return `connection lost, retrying (${attempt}), next in ${Math.max(0, Math.ceil((waiting.nextAt - e.now) / 1000))} s`;
  }
  switch (cure.rung) {
    case 'cut': {
      const of = config.network_resilience.max_retries;
      return `connection lost, retrying (attempt ${state.used.cut}/${of}), next in 0 s`;
    }
    case 'nudge':
      return cure.stage === 'network'
        ? 'connection lost, waiting for the network'
        : 'going on after an interruption';
    default:
      return null;
  }
}

/** Adds the title effect if the title has changed. */
export function withTitle(result: Step, config: Config): Step {
  const title = titleOf(result.state, config);
  if (title === result.state.title) return result;
  return { state: { ...result.state, title }, effects: [...result.effects, { type: 'title', text: title }] };
}
