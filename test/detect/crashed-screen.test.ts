/** An agent whose screen has crashed: its conversation is repaired once; if that does not help, the person is asked. */
import { expect, test } from 'vitest';
import { say, story } from '../support/story.ts';

const crashed = { type: 'screen', facts: { activity: 'crashed' } } as const;

test('relaunched with a repaired conversation once the crash has lasted for a while', () => {
  const told = story();
  told.tell(crashed);
  expect(told.did('stop')).toHaveLength(0);
  told.wait(5);
  expect(told.did('stop')).toMatchObject([{ cause: 'crashed-screen', phase: 'between_turns' }]);
});

test('asked about if the next agent crashes, too', () => {
  const told = story();
  told.tell(crashed);
  told.wait(5);
  told.wait(5);
  told.tell(crashed);
  told.wait(90);
  expect(told.state.name).toBe('asking');
  expect(told.did('stop')).toHaveLength(1);
  expect(told.did('notify').filter(({ what }) => what === 'blocked')).toHaveLength(1);
});

test('a person who types into it was asked once; another crash is asked about again', () => {
  const told = story();
  const questions = () => told.did('notify').filter(({ what }) => what === 'blocked').length;
  told.tell(crashed);
  told.wait(10);
  told.tell(crashed);
  told.wait(90);
  for (const kind of ['interrupt', 'text', 'enter', 'text'] as const) {
    told.tell({ type: 'input', kind, bytes: 1 });
    told.wait(60);
  }
  expect(questions()).toBe(1);
  told.tell(say.idle);
  told.wait(60);
  told.tell(crashed);
  told.wait(90);
  expect(questions()).toBe(2);
});

test('asked about, although the person took over what came before it, about which nobody had asked', () => {
  const told = story();
  told.tell(crashed);
  told.wait(10);
  told.tell(crashed);
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.wait(90);
  expect(told.did('notify').filter(({ what }) => what === 'blocked')).toHaveLength(1);
});

test('left alone while the person has suspended the agent', () => {
  const told = story();
  told.tell({ type: 'terminal.suspended' });
  told.tell(crashed);
  told.wait(60);
  expect(told.did('stop')).toHaveLength(0);
});

test('a screen that comes back by itself is not a crash', () => {
  const told = story();
  told.tell(crashed);
  told.tell(say.idle);
  told.wait(60);
  expect(told.did('stop')).toHaveLength(0);
});
