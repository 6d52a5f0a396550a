import { describe, expect, test } from 'vitest';
import { say, story } from '../support/story.ts';

const spinner = (more: object) => ({ type: 'screen', facts: { activity: 'busy', ...more } }) as const;

function answerWithPings(minutes: number, ...screen: readonly Parameters<typeof spinner>[0][]) {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(say.opened(1));
  told.tell(say.request(1));
  for (let minute = 0; minute < minutes; minute++)
    told.wait(60, say.bytes(1), say.drawing, spinner({ elapsedS: minute * 60, ...screen[0] }));
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

  test('a model that says it thinks, and of whose thoughts nothing is counted, is left alone', () => {
    expect(answerWithPings(60, { thinking: true })).toEqual([]);
  });
});
