/** What becomes of a sent prompt if the agent is ended. */
import { describe, expect, test } from 'vitest';
import type { SentPrompt } from '../../src/agents/contract/conversation.ts';
import { type Known, takeLostPrompt } from '../../src/person/lost-prompt.ts';
import { composing } from '../support/composing.ts';
import { reads, tokensOf, typedOneByOne } from '../support/keys.ts';

interface World {
  readonly sent?: Partial<Pick<SentPrompt, 'text'>>;
  readonly typed?: string;
  /** Whether it is on record. */
  readonly recorded?: (prompt: SentPrompt) => boolean;
  readonly hooks?: boolean;
  readonly path?: string | null;
}

type Told = Known & Pick<ReturnType<typeof composing>, 'tell'>;

function world({ sent, typed, recorded = () => false, hooks = true, path = '/t.jsonl' }: World): Told {
  const { composer, tell } = composing();
  for (const tokens of typed?.includes('\x1b') ? reads(...typed.split(/(?=\r)/)) : typedOneByOne(typed ?? ''))
    composer.typed(tokens, false, 0);
  if (sent) composer.taken({ text: 'do it', id: null, atMs: 0, ...sent });
  return {
    composer,
    tell,
    hookSource: { heard: () => hooks },
    session: { transcriptPath: path },
    launch: { adapter: { recordsPrompt: async (_path, prompt) => recorded(prompt) } },
  };
}

test('a hook that outlives its agent takes nothing back from the person', async () => {
  const known = world({ typed: 'do it\r' });
  expect(await takeLostPrompt(known)).toBeNull();
  known.composer.taken({ text: 'do it', id: null, atMs: 0 });
  known.composer.rescue();
  known.tell({ type: 'agent.started', generation: 2, pid: 2, resumed: false, prompted: false });
  expect([known.composer.aside, known.composer.sent]).toEqual(['do it', null]);
});

test('a hook that is slower than the interrupt does not take back what is in the box again', () => {
  const { composer } = world({});
  composer.correct('do it');
  composer.taken({ text: 'do it', id: null, atMs: 0 });
  expect([composer.inBox, composer.sent]).toEqual(['do it', null]);
});

describe('a sent prompt', () => {
  test('is on record together with others, if the agent sent its queue as one text', async () => {
    const known = world({ hooks: false, recorded: ({ text }) => text === 'one' || text === 'two\nthree' });
    known.tell({ type: 'turn.started' });
    for (const tokens of typedOneByOne('one\rtwo\rthree\r')) known.composer.typed(tokens, false, 0);
    expect(known.composer.queue).toHaveLength(3);
    expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, '']);
  });

  test.each<[string, World, string | null, string]>([
    ['on record: nothing is lost', { sent: {}, typed: 'do it\r', recorded: () => true }, null, ''],
    ['taken, not on record: the next agent gets it', { sent: {}, typed: 'do it\r' }, 'do it', ''],
    ['without a file', { sent: {}, path: null }, 'do it', ''],
    ['of many lines, verbatim', { sent: { text: 'a\n\n  b' } }, 'a\n\n  b', ''],
    ['a command: back into the box', { sent: { text: '/review it' } }, null, '/review it'],
    ['for the shell: back into the box', { sent: { text: '!date' } }, null, '!date'],
    ['too long for an argument', { sent: { text: 'x'.repeat(200_000) } }, null, 'x'.repeat(200_000)],
    ['typed, and there are no hooks: exactly known', { typed: 'do it\r', hooks: false }, 'do it', ''],
    ['typed, but the hook has not reported it', { typed: 'do it\r' }, null, 'do it'],
    ['typed with keys whose effect is unknown', { typed: 'do\x1b[D it\r', hooks: false }, null, 'do it'],
    [
      'typed with keys whose effect is unknown, and on record',
      { typed: '\x1b[Ddo it\r', hooks: false, recorded: () => true },
      null,
      '',
    ],
    ['none, and a draft', { typed: 'a draft' }, null, 'a draft'],
    ['and a draft after it', { sent: {}, typed: 'do it\rnext' }, 'do it', 'next'],
  ])('%s', async (_name, given, prompt, draft) => {
    const known = world(given);
    expect(await takeLostPrompt(known)).toBe(prompt);
    expect(known.composer.unsent).toBe(draft);
    expect(await takeLostPrompt(known)).toBeNull(); // never twice
  });

  test.each([
    ['the last thing typed', 'do it\r', ''],
    ['and something was queued after it', 'do it\rand that\r', 'and that'],
  ])('taken, though it looked as if it were for the queue: %s', async (_name, typed, draft) => {
    const known = world({});
    known.composer.typed(tokensOf(typed), true, 0);
    known.composer.taken({ text: 'do it', id: null, atMs: 0 });
    expect(await takeLostPrompt(known)).toBe('do it');
    expect(known.composer.unsent).toBe(draft);
  });

  test('a queued message that is reported under the id of a recorded turn stays in the queue', async () => {
    const known = world({ recorded: ({ id }) => id === 'p' });
    known.tell({ type: 'turn.started' });
    known.composer.typed(tokensOf('do it\rnext'), true, 0);
    known.composer.taken({ text: 'do it', id: 'p', atMs: 0 });
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent).toBe('do it\n\nnext');
  });

  test('a message that seemed queued but is on record is not given back', async () => {
    const known = world({ recorded: ({ text, atMs, taken }) => text === 'do it' && atMs === 7 && !taken });
    known.composer.typed(tokensOf('do it\rand that\r'), true, 7);
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent).toBe('and that');
  });

  test('if the same words were sent twice, one record settles only one', async () => {
    const known = world({ recorded: () => true });
    known.composer.typed(tokensOf('yes\ryes\r'), true, 0);
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent).toBe('yes');
  });

  test('that the person stopped is not sent again', async () => {
    const known = world({ sent: {} });
    known.tell({ type: 'interrupted' });
    expect(await takeLostPrompt(known)).toBeNull();
  });
});
