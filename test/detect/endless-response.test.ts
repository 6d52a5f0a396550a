import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { usualDeadlineMs } from '../../src/detect/health.ts';
import { say, story } from '../support/story.ts';

const spinner = (more: object) => ({ type: 'screen', facts: { activity: 'busy', ...more } }) as const;

/** Unanswered, on a connection of its own. */
const telemetry = (minute: number) =>
  [
    say.opened(10 + minute),
    {
      type: 'connection.bytes',
      id: 10 + minute,
      up: 900,
      down: 0,
      last: 'up',
      stage: 'request',
      lastUpAt: minute * 60_000 + 1,
      requestAt: minute * 60_000 + 1,
      requestSize: 900,
    },
  ] as const;

function answerWithPings(
  minutes: number,
  screen: Parameters<typeof spinner>[0],
  deadlineMs = 0,
  beside: typeof telemetry | null = null,
) {
  const told = story();
  told.tell(say.started);
  told.tell({ type: 'host.known', firstByteMs: 0, streamMs: 0, deadlineMs });
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.idle);
  told.tell(say.opened(1));
  told.tell(say.request(1));
  for (let minute = 0; minute < minutes; minute++) {
    for (const each of beside?.(minute) ?? []) told.tell(each);
    told.wait(60, say.bytes(1), say.drawing, spinner({ elapsedS: minute * 60, ...screen }));
    if (beside) told.tell({ type: 'connection.closed', id: 10 + minute, by: 'agent', cause: 'closed' });
  }
  return told.did('cut').map(({ why }) => why);
}

describe('pings feed a response for ever', () => {
  test.each([
    ['a counter that stands still', { tokens: 12 }],
    ['no counter yet, but the clock of the turn', {}],
  ])('%s', (_, screen) => {
    expect(answerWithPings(19, screen)).toEqual([]);
    expect(answerWithPings(21, screen)).toEqual(['endless-response']);
  });

  test('and telemetry is posted beside it all the time', () => {
    expect(answerWithPings(19, { tokens: 12 }, 0, telemetry)).toEqual([]);
    expect(answerWithPings(21, { tokens: 12 }, 0, telemetry)).toEqual(['endless-response']);
  });

  test('a model that says it is thinking, with nothing counted, is left alone for two hours', () => {
    expect(answerWithPings(119, { thinking: true })).toEqual([]);
    expect(answerWithPings(121, { thinking: true })).toEqual(['endless-response']);
  });

  test('a screen that nobody can read is no witness', () => {
    expect(answerWithPings(130, { activity: 'unknown' })).toEqual([]);
  });

  test('a person who grants the API an hour grants it to its answers', () => {
    expect(answerWithPings(59, { tokens: 12 }, 3_600_000)).toEqual([]);
    expect(answerWithPings(61, { tokens: 12 }, 3_600_000)).toEqual(['endless-response']);
  });
});

test('both limits are above the agent’s own deadline', () => {
  expect(defaults.network_resilience.response_timeout_ms).toBeGreaterThanOrEqual(2 * usualDeadlineMs);
});

test('a cut without effect is soon followed by a nudge', () => {
  const told = story();
  const counts = (elapsedS: number) =>
    ({ type: 'screen', facts: { activity: 'busy', tokens: 12, elapsedS } }) as const;
  for (const each of [say.started, say.idle, say.opened(1), say.request(1)]) told.tell(each);
  for (let minute = 0; minute < 25; minute++)
    told.wait(60, ...(told.did('cut').length > 0 ? [] : [say.bytes(1)]), say.drawing, counts(minute * 60));
  const [cut, nudge] = told.effects.filter(({ effect }) => effect.type === 'cut' || effect.type === 'nudge');
  expect((nudge?.atS ?? Number.POSITIVE_INFINITY) - (cut?.atS ?? 0)).toBeLessThan(20);
});
