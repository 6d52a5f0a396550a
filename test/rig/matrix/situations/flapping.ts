/**
 * A line that comes and goes: for as long as it flaps, connections are reset, refused, swallowed, and die in mid-text
 * in turn; then it is stable. The turn must be finished by the very process that began it.
 */
import { faults } from '../../../../src/drill/api/faults.ts';
import { say } from '../../../../src/drill/api/scenario.ts';
import { finished, type Stage } from '../../../../src/drill/stage.ts';
import type { Situation } from '../situation.ts';
import { prompt } from './faults.ts';
import { words } from './props.ts';

/** One round: what the line does, and for how long. */
const round: readonly { readonly line: 'up' | 'refused' | 'silent' | 'dropped'; readonly ms: number }[] = [
  { line: 'up', ms: 4_000 },
  { line: 'refused', ms: 3_000 },
  { line: 'up', ms: 2_500 },
  { line: 'dropped', ms: 1_000 },
  { line: 'silent', ms: 5_000 },
  { line: 'up', ms: 7_000 },
  { line: 'dropped', ms: 0 },
  { line: 'refused', ms: 500 },
];

async function lineIs(stage: Stage, line: (typeof round)[number]['line']): Promise<void> {
  if (line === 'refused') return stage.api.refuse();
  if (line === 'silent') return stage.api.silence();
  await stage.api.reopen();
  if (line === 'dropped') stage.api.dropConnections();
}

export function flapping(ms: number): Situation {
  return {
    group: 'sequence',
    what: `a network that flaps for ${ms / 1000} s and is stable then`,
    expect: {
      ends: 'turn',
      most: 'nudge',
      finds: ['dead-stream', 'refused', 'offline', 'no-first-byte'],
      findsBlind: [], // each trouble is over before a screen could tell it from thinking
    },
    async play({ stage }) {
      let answers = 0;
      const until = Date.now() + ms;
      stage.api.respond(() => {
        if (Date.now() >= until) return say(finished);
        answers += 1;
        return answers % 3 === 0 ? faults['dead-mid-text'].scenario : say(words(200), 100);
      });
      const beganAt = Date.now();
      await stage.submit(prompt);
      while (Date.now() < until) {
        for (const { line, ms: lasts } of round) {
          if (Date.now() >= until) break;
          await lineIs(stage, line);
          await stage.pause(Math.min(lasts, Math.max(0, until - Date.now())));
        }
      }
      await stage.api.reopen();
      return beganAt;
    },
  };
}
