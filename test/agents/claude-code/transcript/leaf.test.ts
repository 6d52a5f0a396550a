import { expect, test } from 'vitest';
import { indexTranscript } from '../../../../src/agents/claude-code/transcript/index.ts';
import { leafOf, resumeOf } from '../../../../src/agents/claude-code/transcript/leaf.ts';
import { startTalk, toText, withFile } from './transcripts.ts';

/** How often the parent of a row is read to find the end. */
const stepsFor = (turns: number) => {
  const { records, ask, say, call, result, rewind, note } = startTalk();
  ask('one');
  const first = say('first answer');
  ask('short');
  const named = say('short answer');
  rewind(first);
  for (let turn = 0; turn < turns; turn++) {
    ask(`question ${turn}`);
    const ids = [0, 1, 2].map((one) => `toolu_${turn}_${one}`);
    const calls = ids.map((id) => ({ id, line: call(id, `msg_many_${turn}`) }));
    for (const { id, line } of calls) result(id, line);
    say(`answer ${turn}`);
  }
  note(named);
  return withFile(toText(records), async (path) => {
    const index = await indexTranscript(path);
    let steps = 0;
    for (const row of index.rows) {
      const { parent } = row;
      Object.defineProperty(row, 'parent', {
        get() {
          steps += 1;
          return parent;
        },
      });
    }
    expect(leafOf(index.rows, resumeOf(index, null))?.uuid).toBe(named);
    return steps;
  });
};

test('the time to find the end grows with the file, not with its square', async () => {
  expect((await stepsFor(200)) / (await stepsFor(50))).toBeLessThan(5);
});
