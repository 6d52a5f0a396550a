import { expect, test } from 'vitest';
import type { Desk } from '../../../src/person/hands/desk.ts';
import { noticeRestored, settleDoubt, trustScreen } from '../../../src/person/hands/input-box.ts';
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

/** A message waited in the agent's queue as the person pressed Esc. */
function interrupted() {
  const told = composing();
  told.shows('busy');
  told.type('a message');
  told.type('\r');
  told.shows('busy');
  told.type('\x1b');
  return told;
}

/** The screen shows this in the box. */
function deskAt(composer: Desk['composer'], text: string): Desk {
  const adapter = { readInputBox: () => ({ text, isPrompt: true }), pasteStandIn: /\[Pasted\]/ };
  return {
    composer,
    terminal: { keptBytes: 0 },
    view: () => null,
    launch: { adapter },
  } as unknown as Desk;
}

test('what was typed since Esc put a message back is not given up before it is drawn', () => {
  const { composer, tell } = interrupted();
  composer.typed(tokensOf('\x1b[200~a long text\x1b[201~'), false, Date.now());
  tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
  noticeRestored(deskAt(composer, 'a message'));
  expect(composer.unsent).toContain('a long text');
  noticeRestored(deskAt(composer, 'a message[Pasted]'));
  expect(composer.inBox).toBe('a message\na long text');
  expect(composer.queue).toEqual([]);
});

test('nor as the agent ends: then both are given back', () => {
  const { composer, tell } = interrupted();
  composer.typed(tokensOf('\x1b[200~a long text\x1b[201~'), false, Date.now());
  tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
  trustScreen(deskAt(composer, 'a message'));
  composer.rescue();
  expect(composer.aside).toBe('a message\na long text');
});

test('what was restored, and edited since, is given back once', () => {
  const { composer, tell } = interrupted();
  noticeRestored(deskAt(composer, 'a message'));
  expect(composer.inBox).toBe('a message');
  composer.typed(tokensOf('\x1b[D'), false, Date.now()); // from now on, the keys do not tell exactly
  composer.typed(tokensOf(' and more'), false, Date.now());
  tell({ type: 'input', kind: 'text', bytes: 9 });
  trustScreen(deskAt(composer, 'a message'));
  composer.rescue();
  expect(composer.aside).toBe('a message and more');
});

test('an agent that has drawn nothing since a key has not shown that the key is gone', () => {
  const { composer, type, tell } = interrupted();
  type(' and then stop');
  for (let second = 0; second < 5; second++) tell({ type: 'tick' });
  noticeRestored(deskAt(composer, 'a message'));
  expect(composer.unsent).toContain('and then stop');
});

test('what the person has typed is not taken for what was put aside', () => {
  const { composer } = composing();
  composer.addAside('an old draft');
  composer.typed(tokensOf('\x1b[200~another text\x1b[201~'), false, 0);
  trustScreen(deskAt(composer, '[Pasted]'));
  composer.rescue();
  expect(composer.aside).toBe('an old draft\n\nanother text');
});

test('what was given back just before the agent ends becomes the draft once, whatever keys are held behind it', () => {
  const { composer } = composing();
  composer.addAside('my draft');
  composer.typed(tokensOf('\r'), true, 0);
  trustScreen(deskAt(composer, 'my draft'));
  composer.rescue();
  expect(composer.aside).toBe('my draft');
});
