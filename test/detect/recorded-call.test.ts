import { describe, expect, test } from 'vitest';
import { say, story } from '../support/story.ts';

/** 2.1.42: the stream dies after a complete tool call, which is on record and does not run. */
const call = { type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command' } as const;

function turnWith(hooks: boolean) {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  if (hooks) told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(1, say.drawing);
  told.tell(say.bytes(1));
  return told;
}

test('a call that is only on record excuses no silence if hooks report each start', () => {
  const told = turnWith(true);
  told.tell({ ...call, recorded: true });
  told.wait(40, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});

test('one that hooks have seen start does', () => {
  const told = turnWith(true);
  told.tell(call);
  told.tell({ ...call, recorded: true });
  told.wait(300, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('one whose end is on record before its hook is heard is over', () => {
  const told = turnWith(true);
  told.tell({ type: 'tool.finished', toolUseId: 't1', ok: false, recorded: true });
  told.tell(call);
  expect(told.state.evidence.tools).toEqual([]);
});

describe('without hooks', () => {
  test('the record has to be believed', () => {
    const told = turnWith(false);
    told.tell({ ...call, recorded: true });
    told.wait(300, say.drawing);
    expect(told.did('cut')).toEqual([]);
  });

  test('unless it is a command and has no process', () => {
    const told = turnWith(false);
    told.tell({ ...call, recorded: true });
    told.wait(45, say.drawing, say.sample(1_000));
    expect(told.did('cut')).toHaveLength(1);
  });

  test.each([
    ['one that has a process', call, 1],
    ['a call that needs none', { ...call, tool: 'mcp__slow__wait', risk: 'unknown' } as const, 0],
  ])('%s excuses every silence', (_, tool, workers) => {
    const told = turnWith(false);
    told.tell({ ...tool, recorded: true });
    told.wait(300, say.drawing, say.sample(1_000, { workers }));
    expect(told.did('cut')).toEqual([]);
  });
});
