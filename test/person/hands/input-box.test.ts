import { expect, test } from 'vitest';
import type { Desk } from '../../../src/person/hands/desk.ts';
import { settleDoubt } from '../../../src/person/hands/input-box.ts';
import { composing } from '../../support/composing.ts';
import { tokensOf } from '../../support/keys.ts';

test.each([
  ['waits', false],
  ['was taken just now', true],
])('what was pasted as a question closed is not settled to an empty box while it %s', (_, isTaken) => {
  const { composer, type, shows, tell } = composing();
  const adapter = { readInputBox: () => ({ text: '', isPrompt: true }), pasteStandIn: /\[Pasted\]/ };
  const desk = { composer, terminal: { keptBytes: 0 }, view: () => null, launch: { adapter } };
  shows('dialog');
  type('1');
  composer.typed(tokensOf('\x1b[200~a long text\x1b[201~'), false, 0);
  tell({ type: 'input', kind: 'text', bytes: 23 });
  tell({ type: 'input.blocked', pendingBytes: 11 });
  shows('idle');
  if (isTaken) tell({ type: 'input.drained' });
  tell({ type: 'screen', facts: { activity: 'idle', draft: false } });
  settleDoubt(desk as unknown as Desk);
  expect(composer.inBox).toBe('a long text');
});
