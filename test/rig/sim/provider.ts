/** What the provider makes of one request: healthy, odd or broken, drawn from the seed. */
import type { Millis } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import type { FaultKind, Plan } from './plan.ts';

export interface Answer {
  readonly firstByteMs: Millis;
  /** How long the model thinks before its first words, as the agent shows; the host pings meanwhile. */
  readonly thinkingMs: Millis;
  /** Pauses before the pieces that follow the first byte. */
  readonly pauses: readonly Millis[];
  readonly ending:
    | 'tool'
    | 'end'
    | 'cut-short'
    | 'silent'
    | 'reset'
    | 'dead'
    | 'http-error'
    | 'overloaded'
    | 'refused';
  readonly fault: FaultKind | null;
}

/** To a conversation whose history is damaged. */
export const refusal: Answer = {
  firstByteMs: 400,
  thinkingMs: 0,
  pauses: [],
  ending: 'refused',
  fault: null,
};

/** The longest pauses between words that are healthy, with pings in them and without. */
const maxPingedMs = 50_000;
const maxSilentMs = 25_000;
const maxThinkingMs = 220_000;

export function createProvider(plan: Plan): { answer(rounds: number, whole: boolean): Answer; heal(): void } {
  const draw = plan.chance('provider');
  let rates = plan.rates;
  const hits = (kind: FaultKind): boolean => draw.happens(rates[kind] ?? 0);
  const kinds: readonly FaultKind[] = [
    'no-first-byte',
    'dead-mid-answer',
    'reset',
    'http-error',
    'overloaded',
    'cut-short',
    'silent-end',
  ];

  function pauses(count: number): Millis[] {
    return Array.from({ length: count }, () => pause(draw));
  }
  function pause({ weighted, between }: Chance): Millis {
    const longMs = plan.pings ? maxPingedMs : maxSilentMs;
    return weighted<() => Millis>([
      [85, () => between(50, 1_500)],
      [12, () => between(1_500, 12_000)],
      [3, () => between(12_000, longMs)],
    ])();
  }
  /** docs/limits.md: without hooks, nothing tells such a request from any other. */
  const wholeMs = () => draw.magnitude(2_000, plan.senses.hooks ? 220_000 : 110_000);
  return {
    answer(rounds, whole) {
      const struck = kinds.find(hits) ?? null;
      // Later in a turn an end without a word looks like one that has said all in the words before.
      const told = struck === 'silent-end' && rounds > 1 ? 'cut-short' : struck;
      // docs/limits.md: at another host than the vendor's, nobody knows at first whether a missing reason is one.
      const fault = told === 'cut-short' && !plan.pings ? null : told;
      const firstByteMs = draw.weighted<() => Millis>([
        [90, () => draw.between(300, 6_000)],
        [10, () => draw.between(6_000, 100_000)],
      ])();
      const thinkingMs = plan.pings && draw.happens(0.2) ? draw.magnitude(1_000, maxThinkingMs) : 0;
      const count = draw.between(1, 20);
      const healthy = draw.happens(0.4) && rounds < 6 ? 'tool' : 'end';
      const piece = draw.between(0, count - 1);
      switch (fault) {
        case 'no-first-byte':
          return { firstByteMs: Number.POSITIVE_INFINITY, thinkingMs: 0, pauses: [], ending: 'dead', fault };
        case 'dead-mid-answer':
          return { firstByteMs, thinkingMs, pauses: pauses(piece), ending: 'dead', fault };
        case 'reset':
          return { firstByteMs, thinkingMs, pauses: pauses(piece), ending: 'reset', fault };
        case 'http-error':
        case 'overloaded':
          return { firstByteMs: draw.between(100, 2_000), thinkingMs: 0, pauses: [], ending: fault, fault };
        case 'cut-short':
          return { firstByteMs, thinkingMs, pauses: pauses(piece + 1), ending: 'cut-short', fault };
        case 'silent-end':
          return { firstByteMs, thinkingMs, pauses: pauses(piece + 1), ending: 'silent', fault };
        default:
          if (whole)
            return { firstByteMs: wholeMs(), thinkingMs: 0, pauses: [], ending: healthy, fault: null };
          return { firstByteMs, thinkingMs, pauses: pauses(count), ending: healthy, fault: null };
      }
    },
    heal() {
      rates = {};
    },
  };
}
