import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, say, story } from '../support/story.ts';

function inTurn() {
  const told = story({}, (effect): readonly Observation[] =>
    effect.type === 'probe' ? [{ type: 'network.probed', reachable: true, latencyMs: 5 }] : [],
  );
  asks(told);
  told.wait(2, say.drawing, say.bytes(1));
  return told;
}

describe('what a nudge is for', () => {
  test('a turn that ended in an error was cut off, and there is nothing to interrupt', () => {
    const told = inTurn();
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.wait(10, say.idle);
    expect(told.did('nudge')).toMatchObject([{ interrupt: false, phase: 'streaming', cause: 'failed-turn' }]);
  });

  test('a turn that hangs is interrupted', () => {
    const told = inTurn();
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    told.wait(300, say.drawing);
    expect(told.did('nudge').slice(0, 1)).toMatchObject([{ interrupt: true, phase: 'streaming' }]);
  });
});

test('a nudge that ended the turn and was not taken is followed by a relaunch that knows this', () => {
  const told = inTurn();
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
  told.wait(300, say.drawing);
  told.tell({ type: 'interrupted' });
  told.tell(say.idle);
  told.tell({ type: 'nudge.done', outcome: 'no-echo' });
  expect(told.did('stop')).toMatchObject([{ phase: 'streaming', cause: 'silent-screen' }]);
  told.tell({ type: 'saved', ok: true });
  told.tell({ type: 'agent.exited', generation: 1, code: 143, signal: null });
  told.tell({ type: 'stop.done', generation: 1, left: 0 });
  told.wait(5);
  expect(told.did('launch')).toMatchObject([{ resume: true, prompt: true }]);
});

describe('killed when hooks have reported the end of the turn, but its prompt is not free yet', () => {
  const answered: Observation = { type: 'answer.recorded' };
  const ended: Observation = { type: 'turn.ended' };
  const atEndHooks: Observation = { type: 'screen', facts: { activity: 'tool' } };
  const helper = say.sample(9, { helperAgeMs: 2_020 });
  const older = say.sample(9, { helperAgeMs: 60_000 });
  const worker = say.sample(9, { workers: 1 });
  const killed: Observation = { type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' };

  test.each<[string, boolean, readonly Observation[]]>([
    ['its whole answer is on record: nothing was cut off', false, [answered, ended, atEndHooks]],
    ['nothing of its answer is on record', true, [ended, atEndHooks]],
    ['its answer has no end', true, [{ type: 'answer.recorded', cutShort: true }, ended, atEndHooks]],
    ['it has asked again since', true, [answered, ended, atEndHooks, say.drawing, say.request(1)]],
    ['a hook of the person’s is at work', true, [answered, ended, say.drawing, helper]],
    ['its hooks have a session of their own', true, [answered, ended, say.drawing, worker]],
    ['its hooks were seen at work before that', false, [answered, worker, ended, atEndHooks]],
    ['a helper that is older than the end hangs', false, [answered, ended, say.drawing, older]],
    ['no hook tells of it', true, [answered, atEndHooks]],
    [
      'it was seen to go on, with the clock that it had',
      true,
      [answered, say.drawing, ended, say.drawing, say.busy(3, { elapsedS: 4 })],
    ],
    [
      'what is seen since is a turn with a clock of its own',
      false,
      [answered, say.drawing, ended, say.drawing, say.busy(3, { elapsedS: 1 })],
    ],
  ])('%s', (_name, goesOn, events) => {
    const told = inTurn();
    for (const event of events) {
      if (event === say.drawing) told.wait(2, event);
      else told.tell(event);
    }
    told.tell(killed);
    const phase = told.did('stop').at(-1)?.phase;
    expect(phase === 'between_turns').toBe(!goesOn);
  });
});

test.each([
  ['goes on with a prompt that was on record before its turn showed itself', true],
  ['waits at the prompt if nothing was asked', false],
])('an agent that died between turns %s', (_, unanswered) => {
  const told = inTurn();
  told.tell({ type: 'answer.recorded' });
  told.tell({ type: 'turn.ended' });
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
  told.wait(10, say.idle);
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  told.tell({ type: 'saved', ok: true, ...(unanswered && { unanswered }) });
  told.tell({ type: 'stop.done', generation: 1, left: 0 });
  told.wait(5);
  expect(told.did('launch')).toMatchObject([{ resume: true, prompt: unanswered }]);
});

test('killed while it asks for a permission: its turn was cut off, though nothing says that it works', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.busy(3));
  told.wait(5, say.drawing);
  told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
  told.tell({ type: 'program-status', state: 'blocked' });
  told.wait(5);
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  expect(told.did('stop')).toMatchObject([{ phase: 'streaming', cause: 'agent-gone' }]);
});
