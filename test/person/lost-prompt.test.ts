/** What becomes of a sent prompt if the agent is ended. */
import { describe, expect, test } from 'vitest';
import { isRecordOf } from '../../src/agents/claude-code/transcript/recorded-prompt.ts';
import type { SentPrompt } from '../../src/agents/contract/conversation.ts';
import type { Observation } from '../../src/events.ts';
import { type Known, type OnRecord, takeLostPrompt } from '../../src/person/lost-prompt.ts';
import { composing } from '../support/composing.ts';
import { reads, tokensOf, typedOneByOne } from '../support/keys.ts';

interface World {
  readonly sent?: Partial<Pick<SentPrompt, 'text'>>;
  readonly typed?: string;
  /** The screen has shown that it has left the box. */
  readonly seen?: boolean;
  /** Whether it is on record. */
  readonly recorded?: (prompt: SentPrompt) => boolean;
  readonly hooks?: boolean;
  readonly path?: string | null;
  readonly onRecord?: OnRecord;
}

type Told = Known & Pick<ReturnType<typeof composing>, 'tell' | 'shows'>;

function afterQuestion({ shows }: Told): void {
  shows('dialog');
  shows('idle');
}

function afterCompaction({ shows }: Told): void {
  shows('idle');
  shows('compacting');
  shows('idle');
}

const told = (text: string) => (known: Told) => known.composer.taken({ text, id: null, atMs: 0 });

function world({ sent, typed, seen = false, recorded = () => false, hooks = true, ...given }: World): Told {
  const { path = '/t.jsonl', onRecord = 'kept' } = given;
  const { composer, tell, shows } = composing();
  for (const tokens of typed?.includes('\x1b') ? reads(...typed.split(/(?=\r)/)) : typedOneByOne(typed ?? ''))
    composer.typed(tokens, false, 0);
  if (seen) shows('busy');
  if (sent) composer.taken({ text: 'do it', id: null, atMs: 0, ...sent });
  return {
    composer,
    tell,
    shows,
    hookSource: { heard: () => hooks },
    session: { transcriptPath: path },
    onRecord,
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
    [
      'sent, and there are no hooks: exactly known',
      { typed: 'do it\r', seen: true, hooks: false },
      'do it',
      '',
    ],
    ['sent, but the hook has not reported it', { typed: 'do it\r', seen: true }, null, 'do it'],
    ['typed, and nobody has seen what Enter did', { typed: 'do it\r', hooks: false }, null, 'do it'],
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

  test('is on record, though Enter was pressed on nothing a long time after it', async () => {
    const known = world({ recorded: ({ text, atMs }) => text === 'do it' && atMs <= 7 });
    known.composer.typed(tokensOf('do it\r'), true, 7);
    known.composer.typed(tokensOf('\r'), true, 30_000);
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent).toBe('');
  });

  test('is on record as one text with others, whatever white space is between them', async () => {
    const record = { id: null, text: 'one \n\n\ntwo', atMs: 0 };
    const known = world({ recorded: (prompt) => isRecordOf(record, prompt) });
    known.tell({ type: 'turn.started' });
    known.composer.typed(tokensOf('one \r'), true, 0);
    known.composer.typed(tokensOf('\x1b\r'), true, 0);
    known.composer.typed(tokensOf('\r'), true, 0);
    known.composer.typed(tokensOf('two\r'), true, 0);
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent.trim()).toBe('');
  });

  test('is on record together with a prompt of the guard that had waited before it', async () => {
    const known = world({ hooks: false, recorded: ({ text }) => text === 'please go on\none\ntwo' });
    known.tell({ type: 'turn.started' });
    known.composer.given('please go on');
    for (const tokens of typedOneByOne('one\rtwo\r')) known.composer.typed(tokens, false, 0);
    expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, '']);
  });

  test.each([false, true])(
    'is on record with a prompt of the guard before it, though another was sent since; held back: %s',
    async (kept) => {
      const known = world({ hooks: false, recorded: ({ text }) => text === 'please go on\none' });
      known.tell({ type: 'turn.started' });
      if (!kept) known.composer.given('please go on');
      for (const tokens of typedOneByOne('one\r')) known.composer.typed(tokens, kept, 0);
      if (kept) known.composer.given('please go on');
      known.composer.typed([], false, 0);
      known.composer.given('please go on again');
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, '']);
    },
  );

  test('and what Enter was pressed on long after it: that is given back', async () => {
    const known = world({ sent: {}, recorded: ({ text }) => text === 'do it' });
    known.composer.typed(tokensOf('next'), false, 5_000);
    known.shows('idle', true);
    known.composer.typed(tokensOf('\r'), false, 6_000);
    expect(known.composer.queue).toEqual([]);
    expect(await takeLostPrompt(known)).toBeNull();
    expect(known.composer.unsent).toBe('next');
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
    expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, '']);
  });

  describe.each(['escape', 'interrupt'] as const)('at which the person has pressed a key (%s)', (kind) => {
    const stopped = (given: World) => {
      const known = world({ typed: 'do it\r', ...given });
      known.tell({ type: 'input', kind, bytes: 1 });
      return known;
    };
    test('is in the box, unsent, if the agent has ended without having read it', async () => {
      const known = stopped({});
      expect(known.composer.sent).toBeNull(); // nobody goes on with it
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, 'do it']);
    });
    test('and that an agent without hooks had got is, too', async () => {
      const known = stopped({ hooks: false });
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, 'do it']);
    });
    test('and that a slow hook reports after the key is, too', async () => {
      const known = stopped({});
      known.composer.taken({ text: 'do it', id: null, atMs: 0 });
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, 'do it']);
    });
    test('is not given back if it is on record', async () => {
      const known = stopped({ recorded: () => true });
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, '']);
    });
    test.each<[string, (known: Told) => void]>([
      ['reports it', ({ tell }) => tell({ type: 'interrupted' })],
      ['has ended the turn', ({ tell }) => tell({ type: 'turn.ended' })],
      ['shows a free prompt', ({ shows }) => shows('idle')],
      ['has put it back into the box', ({ composer }) => composer.correct('do it')],
    ])('is over once the agent has obeyed: it %s', async (_name, obey) => {
      const known = stopped({});
      obey(known);
      const box = known.composer.inBox;
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual([null, box]);
    });
    test('is over once the agent takes another, too', async () => {
      const known = stopped({});
      for (const tokens of typedOneByOne('do that\r')) known.composer.typed(tokens, false, 0);
      told('do that')(known);
      expect([await takeLostPrompt(known), known.composer.unsent]).toEqual(['do that', '']);
    });
  });
});

describe('a prompt that an agent was started with', () => {
  const started = (given: World, text = 'do it', words: string | null = text): Told => {
    const known = world(given);
    begin(known, text, words);
    return known;
  };
  const begin = ({ composer, tell }: Told, text: string, words: string | null): void => {
    composer.startedWith(text, words, 0);
    tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: true });
  };
  const rest = async (known: Told) => [await takeLostPrompt(known), known.composer.unsent];

  test.each<[string, World]>([
    ['by which hooks run', {}],
    ['without hooks', { hooks: false }],
    ['that has no file yet', { path: null, onRecord: 'nothing' }],
  ])('is lost with an agent %s, as often as one ends', async (_name, given) => {
    const known = started(given);
    for (let time = 0; time < 3; time++) {
      expect(await rest(known)).toEqual(['do it', '']);
      begin(known, 'do it', 'do it');
    }
  });

  test('and that was lost before is lost again', async () => {
    const known = world({ sent: {}, typed: 'do it\r' });
    expect(await takeLostPrompt(known)).toBe('do it');
    begin(known, 'do it', 'do it');
    known.composer.taken({ text: 'do it', id: null, atMs: 0 });
    expect(known.composer.prompts.taken).toBe(1); // it is one prompt
    expect(await rest(known)).toEqual(['do it', '']);
  });

  test('is not lost if it is on record', async () => {
    const known = started({ recorded: ({ text }) => text === 'do it' });
    expect(await rest(known)).toEqual([null, '']);
  });

  test('is not lost because the agent shows a free prompt before it takes it', async () => {
    const known = started({ hooks: false });
    known.shows('idle');
    expect(await rest(known)).toEqual(['do it', '']);
  });

  test.each<[string, (known: Told) => void]>([
    ['hooks have reported', ({ tell }) => tell({ type: 'turn.ended' })],
    [
      'the screen has shown',
      ({ shows }) => {
        shows('busy');
        shows('idle');
      },
    ],
  ])('is over with its turn, as %s', async (_name, end) => {
    const known = started({});
    end(known);
    expect(await rest(known)).toEqual([null, '']);
  });

  test('is still to be sent if the screen of the agent before showed a turn', async () => {
    const known = world({});
    known.composer.startedWith('do it', 'do it', 0);
    known.shows('busy');
    known.tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: true });
    known.shows('idle');
    expect(await rest(known)).toEqual(['do it', '']);
  });

  test('is in the box if a turn has ended of which nothing is on record: it may have been this one', async () => {
    expect(await rest(started({ path: null, onRecord: 'lost' }))).toEqual([null, 'do it']);
  });

  test.each<[string, Observation]>([
    ['a key of the person’s', { type: 'input', kind: 'escape', bytes: 1 }],
    ['an interrupt for the turn before', { type: 'interrupted' }],
  ])('is in the box if %s came before it was taken', async (_name, stop) => {
    const known = started({});
    known.tell(stop);
    expect(await rest(known)).toEqual([null, 'do it']);
  });

  test('after a key that was for something else, it is taken like any other', async () => {
    const known = started({});
    known.tell({ type: 'input', kind: 'escape', bytes: 1 });
    known.composer.taken({ text: 'do it', id: null, atMs: 0 });
    expect(await rest(known)).toEqual(['do it', '']);
  });

  test.each<[string, (known: Told) => void, readonly [string | null, string]]>([
    ['as an argument again, if it has not begun', () => {}, ['/review', '']],
    ['in the box, if a hook has told of it', told('/review'), [null, '/review']],
    ['in the box, if the screen has shown its turn', ({ shows }) => shows('busy'), [null, '/review']],
    [
      'in the box, if the prompt has been free: nobody knows',
      ({ shows }) => shows('idle'),
      [null, '/review'],
    ],
    ['in the box, if it has been free with a draft', ({ shows }) => shows('idle', true), [null, '/review']],
    ['in the box, if the prompt is free after a question', afterQuestion, [null, '/review']],
    ['in the box, if its compaction was under way', ({ shows }) => shows('compacting'), [null, '/review']],
    ['not at all, if its compaction is over', afterCompaction, [null, '']],
  ])('is a command: %s', async (_name, happens, expected) => {
    for (const hooks of [false, true]) {
      const known = started({ hooks }, '/review');
      happens(known);
      expect(await rest(known)).toEqual(expected);
    }
  });

  test('is a command that is still to come if only the prompt of the agent before was free', async () => {
    const known = world({});
    known.composer.startedWith('/review', '/review', 0);
    known.shows('idle');
    known.tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: true });
    expect(await rest(known)).toEqual(['/review', '']);
  });

  test('is no command because it begins with a heading or a tag', async () => {
    for (const text of ['# Task', '<task>do it</task>']) {
      const known = started({ hooks: false }, text);
      known.shows('idle');
      expect(await rest(known)).toEqual([text, '']);
    }
  });

  describe('of which only a part is the person’s', () => {
    const whole = 'You were interrupted.\n\ndo it';
    test.each<[string, (known: Told) => void]>([
      ['not taken', () => {}],
      ['taken', told(whole)],
    ])('loses that part alone: %s', async (_name, happens) => {
      const known = started({}, whole, 'do it');
      happens(known);
      expect(known.composer.lastByPerson).toBe('do it');
      expect(await rest(known)).toEqual(['do it', '']);
    });
    test('is looked for as a whole', async () => {
      const known = started({ recorded: ({ text }) => text === whole }, whole, 'do it');
      expect(await rest(known)).toEqual([null, '']);
    });
  });

  test('and that is all the guard’s is nobody’s words', async () => {
    const known = started({}, 'You were interrupted.', null);
    expect(known.composer.sent?.text).toBe('You were interrupted.'); // it may be on record unanswered
    told('You were interrupted.')(known);
    expect([...(await rest(known)), known.composer.lastByPerson]).toEqual([null, '', null]);
  });
});

test('what is typed on while agents end in their boot stays one text', () => {
  const { composer, tell, type } = composing();
  const next = (generation: number) => {
    composer.rescue();
    tell({ type: 'agent.started', generation, pid: generation, resumed: true, prompted: true });
  };
  type('half a wo');
  next(2);
  type('rd, and', true);
  next(3);
  type(' more\r', true);
  type('then th', true);
  next(4);
  type('is', true);
  expect(composer.unsent).toBe('half a word, and more\n\nthen this');
});

test('what an interrupt put back and the guard has sent again is lost with the agent', async () => {
  const known = world({ typed: 'do it\r', hooks: false });
  known.tell({ type: 'interrupted' });
  known.composer.givenAgain('do it', 0);
  known.shows('idle');
  expect([await takeLostPrompt(known), known.composer.unsent]).toEqual(['do it', '']);
});

describe('the guard’s own text, which an interrupt put back and the guard has sent again', () => {
  const ours = 'You were interrupted.';
  const again = (known: Told, text: string) => {
    known.tell({ type: 'interrupted' });
    known.composer.givenAgain(text, 0);
  };
  const nudged = (): Told => {
    const known = world({ typed: 'do it\r', seen: true });
    known.composer.given(ours);
    return known;
  };

  describe.each<[string, (known: Told, text: string) => void]>([
    ['not taken', () => {}],
    ['taken', (known, text) => told(text)(known)],
    ['sent a third time', again],
    [
      'sent by the person’s Enter',
      ({ composer, shows }, text) => {
        composer.correct(text);
        shows('idle', true);
        for (const tokens of typedOneByOne('\r')) composer.typed(tokens, false, 0);
        shows('busy');
      },
    ],
  ])('%s', (_name, happens) => {
    const persons = async (known: Told, text: string) => {
      again(known, text);
      happens(known, text);
      return [(await takeLostPrompt(known)) ?? known.composer.unsent, known.composer.lastByPerson];
    };
    test('is nobody’s words', async () => {
      expect(await persons(nudged(), ours)).toEqual(['', 'do it']);
    });
    test('and that the agent had taken is nobody’s either', async () => {
      const known = nudged();
      told(ours)(known);
      expect(await persons(known, ours)).toEqual(['', 'do it']);
    });
    test('together with the queue: the queue alone is the person’s', async () => {
      const queue = 'and that\nand more';
      expect(await persons(nudged(), `${ours}\n${queue}`)).toEqual([queue, queue]);
    });
    test.each([
      ['that part still is', '', 'do it'],
      ['and the queue: both are', '\nand that', 'do it\nand that'],
    ])('of which a part is the person’s: %s', async (_case, queue, words) => {
      const known = world({});
      const whole = `${ours}\n\ndo it`;
      known.composer.startedWith(whole, 'do it', 0);
      known.tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: true });
      told(whole)(known);
      expect(await persons(known, whole + queue)).toEqual([words, words]);
    });
  });
});

test('an agent whose record cannot be read loses only what is certainly not on record', async () => {
  const unread = (onRecord: OnRecord) => {
    const known = world({ typed: 'do it\r', seen: true, hooks: false, onRecord });
    return { ...known, launch: { adapter: { recordsPrompt: null } } };
  };
  expect(await takeLostPrompt(unread('kept'))).toBeNull();
  expect(await takeLostPrompt(unread('nothing'))).toBe('do it');
});
