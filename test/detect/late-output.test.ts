/** Output is reported up to half a second late: what was drawn before a key is no answer to it. */
import { expect, test } from 'vitest';
import { say, story } from '../support/story.ts';

const key = { type: 'input', kind: 'text', bytes: 1 } as const;

function atPrompt() {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(10);
  told.tell(key);
  told.skip(0.3);
  return told;
}
const unansweredKeyAt = (told: ReturnType<typeof story>) => told.state.evidence.terminal.unansweredKeyAt;

test('drawn before the key, reported after it: the key is still unanswered', () => {
  const told = atPrompt();
  told.tell({ type: 'output', bytes: 100, lastAt: 9_800 });
  expect(unansweredKeyAt(told)).toBe(10_000);
});

test('drawn after the key: it is answered', () => {
  const told = atPrompt();
  told.tell({ type: 'output', bytes: 100, lastAt: 10_050 });
  expect(unansweredKeyAt(told)).toBeNull();
});
