/** What becomes of the person's words, as a story of events, without a clock or a terminal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Observation, ScreenFacts } from '../../src/events.ts';
import { composing } from '../support/composing.ts';
import { tokensOf, typedOneByOne } from '../support/keys.ts';

describe('a prompt', () => {
  test('sent to an agent at rest is kept until its turn is over and the prompt is free again', () => {
    const { composer, type, shows } = composing();
    shows('idle');
    type('do it\r');
    expect([composer.sent, composer.unsent]).toEqual([null, 'do it']);
    shows('busy');
    expect(composer.sent?.text).toBe('do it');
    shows('idle');
    expect([composer.sent, composer.unsent]).toEqual([null, '']);
  });

  test('is settled by a hook, even while the next one is half typed', () => {
    const { composer, type, shows, tell } = composing();
    shows('idle');
    type('do it\r');
    tell({ type: 'turn.started' });
    type('and th');
    tell({ type: 'turn.ended' });
    expect([composer.sent, composer.unsent]).toEqual([null, 'and th']);
  });

  test.each<[string, Observation]>([
    ['by Esc', { type: 'input', kind: 'escape', bytes: 1 }],
    ['by Ctrl+C', { type: 'input', kind: 'interrupt', bytes: 1 }],
    ['as the agent reports', { type: 'interrupted' }],
  ])('that the person stops is not sent again: %s', (_name, stopped) => {
    const { composer, type, shows, tell } = composing();
    shows('idle');
    type('do it\r');
    tell(stopped);
    expect(composer.sent).toBeNull();
  });

  test('for the shell counts as run once the agent is at work', () => {
    const { composer, type, shows } = composing();
    shows('idle');
    type('!make\r');
    expect(composer.unsent).toBe('!make');
    shows('busy', true);
    expect([composer.sent, composer.unsent]).toEqual([null, '']);
  });
});

describe('while a turn runs', () => {
  const queue = ({ composer }: ReturnType<typeof composing>) => composer.queue.map(({ text }) => text);
  const named = ({ composer, tell }: ReturnType<typeof composing>, text: string) => {
    composer.taken({ text, id: null, atMs: 0 });
    tell({ type: 'turn.started' });
  };
  /** The first prompt is being worked on, a second one waits, and a third is being written. */
  function queued() {
    const told = composing();
    told.shows('idle');
    told.type('do it\r');
    told.shows('busy');
    told.type('and that\r');
    return told;
  }

  test.each<[string, (told: ReturnType<typeof composing>) => void]>([
    ['reported by the agent', (told) => named(told, 'and that')],
    ['reported together with what was queued behind it', (told) => named(told, 'and that\nand more')],
    ['of an agent that reports none', ({ tell }) => tell({ type: 'turn.started' })],
  ])('what is sent waits in the queue until the next turn begins, %s', (_name, begin) => {
    const told = queued();
    if (_name.includes('behind')) told.type('and more\r');
    told.shows('busy');
    expect(queue(told)[0]).toBe('and that');
    told.tell({ type: 'turn.ended' });
    begin(told);
    told.shows('busy');
    expect(told.composer.unsent).toBe('');
  });

  test('a message that the agent reports as soon as it is queued has not been taken', () => {
    const told = queued();
    named(told, 'do it');
    told.type('a third');
    named(told, 'and that');
    expect([queue(told), told.composer.unsent]).toEqual([['and that'], 'and that\n\na third']);
    expect(told.composer.sent?.text).toBe('do it');
  });

  test('the first prompt, reported late, removes nothing from the queue', () => {
    const told = queued();
    told.type('a third');
    named(told, 'do it');
    expect(queue(told)).toEqual(['and that']);
  });

  test('a free prompt means an empty queue', () => {
    const { composer, type, shows } = composing();
    shows('busy');
    type('and that\r');
    shows('busy');
    shows('idle');
    expect(composer.unsent).toBe('');
  });
});

test('keys for a dialog do not go into the box; keys that wait for the next agent do', () => {
  const { composer, type, shows } = composing();
  shows('dialog');
  type('1\r');
  expect(composer.unsent).toBe('');
  type('later', true);
  expect(composer.unsent).toBe('later');
});

test('a prompt is not over if the screen still shows the turn before it, and then the free prompt', () => {
  const { composer, type, tell } = composing();
  const draws = (activity: ScreenFacts['activity'], draft = false) =>
    tell({ type: 'screen', facts: { activity, draft } });
  draws('busy');
  tell({ type: 'turn.ended' });
  type('and now this\r');
  draws('tool');
  composer.taken({ text: 'and now this', id: null, atMs: 0 });
  tell({ type: 'turn.started' });
  draws('idle', true);
  expect(composer.sent?.text).toBe('and now this');
});

test('without hooks, a prompt is over once its own turn was seen and the prompt is free again', () => {
  const { composer, type, tell } = composing();
  const draws = (activity: ScreenFacts['activity'], draft = false) =>
    tell({ type: 'screen', facts: { activity, draft } });
  draws('idle');
  type('and now this');
  draws('idle', true);
  type('\r');
  expect(composer.sent).toBe(null);
  draws('busy');
  expect(composer.sent?.text).toBe('and now this');
  draws('idle', true);
  expect(composer.sent).toBe(null);
});

test('an empty box counts only if the agent has drawn since the last key, and no key is on its way', () => {
  const { composer, type, shows, tell } = composing();
  shows('idle');
  type('half a thought');
  tell({ type: 'screen', facts: { activity: 'idle' } });
  expect(composer.unsent).toBe('half a thought');
  shows('idle', true);
  expect(composer.unsent).toBe('half a thought');
  shows('idle');
  expect(composer.unsent).toBe('');
});

test('another conversation counts its prompts from zero', () => {
  const { composer, type, shows, tell } = composing();
  shows('idle');
  type('do it\r');
  shows('busy');
  expect(composer.prompts.typed).toBe(1);
  tell({ type: 'session', sessionId: 'other', transcriptPath: null, source: 'hook' });
  expect(composer.prompts.typed).toBe(0);
});

test('property: no text is ever in two places', () => {
  const happening = fc.oneof(
    fc.constant({ do: 'type' as const }),
    fc
      .constantFrom<ScreenFacts['activity']>('idle', 'busy', 'dialog', 'unknown')
      .chain((activity) => fc.boolean().map((draft) => ({ do: 'show' as const, activity, draft }))),
    fc
      .constantFrom<Observation>(
        { type: 'turn.started' },
        { type: 'turn.ended' },
        { type: 'interrupted' },
        { type: 'tick' },
      )
      .map((observation) => ({ do: 'tell' as const, observation })),
    fc
      .constantFrom('enter', 'rescue', 'put aside', 'put kept aside', 'return', 'paste')
      .map((what) => ({ do: 'hand' as const, what })),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), fc.boolean(), (happenings, kept) => {
      const { composer, tell, type, shows } = composing();
      let typed = 0;
      for (const each of happenings) {
        if (each.do === 'type') type(`<${typed++}>`, kept);
        else if (each.do === 'show') shows(each.activity, each.draft);
        else if (each.do === 'tell') tell(each.observation);
        else if (each.what === 'enter') type('\r', kept);
        else if (each.what === 'paste') composer.typed(tokensOf(`\x1b[200~<${typed++}>\x1b[201~`), kept, 0);
        else if (each.what === 'rescue') composer.rescue();
        else if (each.what === 'put aside') composer.putAside();
        else if (each.what === 'put kept aside') composer.putKeptAside([], []);
        else composer.restored();
        for (let text = 0; text < typed; text++)
          expect(
            composer.unsent.split(`<${text}>`).length - 1,
            `<${text}> in ${composer.unsent}`,
          ).toBeLessThan(2);
      }
    }),
    { numRuns: 300 },
  );
});

test('the person’s last words are never the guard’s, whatever the agent reports', () => {
  const { composer, type, shows } = composing();
  const told = (text: string) => composer.taken({ text, id: null, atMs: 0 });
  shows('idle');
  type('do it\r');
  told('do it');
  composer.given('You were interrupted.');
  told('You were interrupted.');
  expect([composer.lastText, composer.lastByPerson]).toEqual(['You were interrupted.', 'do it']);
  composer.startedWith('do that', 'do that', 0);
  told('do that');
  expect([composer.lastText, composer.lastByPerson]).toEqual(['do that', 'do that']);
});

test('an unreported turn empties the queue only if the agent reports none at all', () => {
  const { composer, type, shows, tell } = composing();
  const nextTurn = () => {
    tell({ type: 'turn.ended' });
    tell({ type: 'turn.started' });
  };
  shows('idle');
  composer.taken({ text: 'do it', id: null, atMs: 0 });
  tell({ type: 'turn.started' });
  shows('busy');
  type('and that\r');
  shows('busy');
  nextTurn();
  expect(composer.unsent).toBe('and that');
  tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: false });
  tell({ type: 'turn.started' });
  nextTurn();
  expect(composer.unsent).toBe('');
});

describe('keys that are pressed before a question is seen to have closed', () => {
  /** The person answers a question and types on at once, and then the box is read. */
  function typedAtOnce(keys: string) {
    const told = composing();
    told.shows('idle');
    told.type('my draft ');
    told.shows('dialog');
    told.type(keys);
    return told;
  }

  test.each([
    ['1fix', 'my draft fix', 'after the answer'],
    ['\x1bfix', 'my draft fix', 'after Esc'],
    ['1fix', 'my draft 1fix', 'all of them'],
    ['1fix', 'my draft ', 'none of them'],
    ['1fx\x7fix', 'my draft fix', 'with a slip'],
  ])('%j: the box may hold %j, %s', (keys, text) => {
    const { composer, tell, type } = typedAtOnce(keys);
    expect([composer.isExact, composer.mayHold.includes(text)]).toEqual([false, true]);
    tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
    type(' it');
    expect(composer.mayHold).toContain(`${text} it`);
    composer.settle(`${text} it`);
    expect([composer.inBox, composer.isExact, composer.mayHold]).toEqual([`${text} it`, true, []]);
  });

  test('may be a paste', () => {
    const { composer } = typedAtOnce('1');
    composer.typed(tokensOf('\x1b[200~fix it\x1b[201~'), false, 0);
    expect(composer.mayHold).toContain('my draft fix it');
  });

  test('are the person’s words, but for the answer, if the agent dies before the screen can tell', () => {
    const { composer } = typedAtOnce('1fix');
    composer.rescue();
    expect(composer.aside).toBe('my draft fix');
  });

  test('are never sent again in the person’s place while it is not certain what they were', () => {
    const { composer, tell, type } = typedAtOnce('1fix');
    tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
    type(' it\r');
    expect([composer.sent, composer.unsent]).toEqual([null, 'my draft fix it']);
  });

  test.each(['1fix', 'f\r'])('went into the question if it still stands, or took Enter: %j', (keys) => {
    const { composer, shows } = typedAtOnce(keys);
    if (!keys.endsWith('\r')) shows('dialog');
    expect([composer.inBox, composer.isExact]).toEqual(['my draft ', true]);
  });
});

describe('keys while another process has the terminal, such as the person’s editor', () => {
  function inEditor() {
    const told = composing();
    told.shows('idle');
    told.type('my draft');
    told.tell({ type: 'terminal.lent' });
    told.type('ihello\x1b:wq\r');
    return told;
  }

  test('are not for the box, and none of them is sent again', () => {
    const { composer } = inEditor();
    expect([composer.inBox, composer.sent, composer.queue, composer.lastByPerson]).toEqual([
      'my draft',
      null,
      [],
      null,
    ]);
    expect(composer.mayBeRestored).toBe(false);
  });

  test('are the person’s, who is there', () => {
    const { composer } = inEditor();
    expect(composer.keys).toBe('my draft'.length + 'ihello\x1b:wq\r'.length);
  });

  test('may have changed what is in the box: only the screen can tell', () => {
    const { composer, tell, type, shows } = inEditor();
    tell({ type: 'terminal.returned' });
    expect(composer.isExact).toBe(false);
    composer.correct('my longer draft');
    type(', at last');
    expect([composer.inBox, composer.isExact]).toEqual(['my longer draft, at last', true]);
    for (let seconds = 0; seconds < 9; seconds += 3) shows('idle'); // the first of them are the grace
    type('fix it');
    expect([composer.inBox, composer.isExact]).toEqual(['fix it', true]);
  });
});

describe('Enter that completes what a list offers, and the rest of the prompt', () => {
  /** The box goes from `delete @tmp/ol` to `delete @tmp/old.log `. */
  function completed(during: ScreenFacts['activity'], rest: string) {
    const told = composing();
    told.shows(during);
    told.type('delete @tmp/ol');
    told.shows(during, true);
    told.type('\r');
    told.shows(during, true);
    told.composer.mistrust('delete @tmp/old.log');
    told.type(rest);
    told.shows(during, true);
    return told;
  }
  const whole = 'delete @tmp/old.log but keep the backups';

  test.each(['idle', 'busy'] as const)('are neither sent nor queued, but in the box: %s', (during) => {
    const { composer } = completed(during, 'but keep the backups');
    expect([composer.sent, composer.isExact, composer.prompts]).toEqual([
      null,
      false,
      { taken: 0, typed: 0 },
    ]);
    expect(composer.unsent).toBe('delete @tmp/ol\n\nbut keep the backups');
    composer.correct(whole);
    expect([composer.unsent, composer.queue]).toEqual([whole, []]);
  });

  test.each(['but keep the backups\r', '\r'])('are one prompt once it is sent: %j', (rest) => {
    const { composer, tell } = completed('idle', rest);
    composer.taken({ text: rest === '\r' ? 'delete @tmp/old.log' : whole, id: null, atMs: 0 });
    tell({ type: 'turn.started' });
    expect([composer.unsent, composer.prompts]).toEqual(['', { taken: 1, typed: 0 }]);
  });

  test.each(['but keep the backups\r', '\r'])('are no prompt by its keys alone: %j', (rest) => {
    const { composer, shows } = completed('idle', rest);
    shows('busy');
    expect([composer.sent, composer.unsent, composer.prompts.typed]).toEqual([null, '', 0]);
  });

  test.each(['\x15', 'x\x7f\x7f\x7f'])('are not sent if the person deletes them: %j', (keys) => {
    const { composer, shows } = completed('idle', keys);
    shows('idle');
    expect([composer.sent, composer.unsent]).toEqual([null, '']);
  });
});

test('two prompts that are sent before the screen shows anything are both kept', () => {
  const { composer, type, shows } = composing();
  shows('idle');
  type('one\r');
  type('two\r');
  shows('busy');
  expect([composer.sent, composer.unsent]).toEqual([null, 'one\n\ntwo']);
  shows('idle');
  expect(composer.unsent).toBe('');
});

describe('a text that the agent has stashed', () => {
  function stashed(rest = '') {
    const told = composing();
    told.shows('idle');
    told.type('long prompt A');
    told.shows('idle', true);
    told.type(`\x13${rest}`);
    return told;
  }

  test('is kept while another is sent, and is the draft once it is back in the box', () => {
    const { composer, type, shows, tell } = stashed();
    shows('idle');
    expect([composer.inBox, composer.isExact, composer.stash]).toEqual(['', true, 'long prompt A']);
    type('quick B\r');
    tell({ type: 'screen', facts: { activity: 'busy', draft: true } });
    expect(composer.unsent).toBe('long prompt A\n\nquick B');
    composer.correct('long prompt A');
    expect([composer.inBox, composer.isExact, composer.stash]).toEqual(['long prompt A', true, '']);
    expect([composer.sent?.text, composer.unsent]).toEqual(['quick B', 'long prompt A']);
  });

  test('is given back with the draft when the agent ends', () => {
    const { composer } = stashed('quick B');
    expect(composer.unsent).toBe('long prompt A\n\nquick B');
    composer.rescue();
    expect([composer.aside, composer.stash]).toEqual(['long prompt A\n\nquick B', '']);
  });

  test('comes back into an empty box with the same key', () => {
    const { composer, type, shows } = stashed();
    shows('idle');
    type('\x13');
    expect([composer.inBox, composer.isExact, composer.stash]).toEqual(['long prompt A', false, '']);
  });

  test('was never stashed if the box still holds it: some agents know of no stash', () => {
    const { composer } = stashed(' and more');
    composer.correct('long prompt A and more');
    expect([composer.unsent, composer.stash]).toEqual(['long prompt A and more', '']);
  });

  test('is no longer kept once it was sent', () => {
    const { composer } = stashed();
    composer.taken({ text: 'long prompt A', id: null, atMs: 0 });
    expect(composer.unsent).toBe('');
  });
});

describe('a prompt that is reported in other words than its keys', () => {
  /** The screen has shown nothing since Enter was pressed. */
  function reported(keys: string, text: string) {
    const told = composing();
    told.shows('idle');
    told.type(keys);
    told.composer.taken({ text, id: 'p1', atMs: 0 });
    told.tell({ type: 'turn.started' });
    return told;
  }

  test.each([
    ['/rev\r', '/review'],
    ['look at /tmp/x.png\r', 'look at [Image #1]'],
  ])('was sent by the Enter at rest, and once: %j', (keys, text) => {
    const { composer, shows } = reported(keys, text);
    expect([composer.entered, composer.unsent]).toEqual([[], '']);
    shows('busy');
    expect(composer.sent).toMatchObject({ text, id: 'p1', taken: true });
    expect(composer.prompts).toEqual({ taken: 1, typed: 0 });
  });

  test('leaves in the queue what was sent behind it', () => {
    const { composer, shows } = reported('/rev\rand b\r', '/review');
    shows('busy');
    expect([composer.unsent, composer.sent?.text]).toEqual(['and b', '/review']);
  });

  test('is stopped by the Esc that came before the report', () => {
    const { composer, shows, type, tell } = composing();
    shows('idle');
    type('/rev\r');
    tell({ type: 'input', kind: 'escape', bytes: 1 });
    composer.taken({ text: '/review', id: 'p1', atMs: 0 });
    expect(composer.sent).toBeNull();
  });

  test('is not one whose keys came after it: the guard’s own, and what was sent before', () => {
    const { composer, shows, type } = composing();
    shows('idle');
    composer.given('You were interrupted.');
    type('hello\r');
    composer.taken({ text: 'You were interrupted.', id: 'p1', atMs: 0 });
    expect(composer.unsent).toBe('hello');
    composer.taken({ text: 'hello', id: 'p2', atMs: 0 });
    type('and that\r');
    composer.taken({ text: 'hello', id: 'p2', atMs: 0 });
    expect(composer.unsent).toBe('and that');
  });

  test('is not one that was seen to stay in the box: Enter has completed a word of that', () => {
    const { composer, shows, type } = composing();
    shows('idle');
    type('delete @tmp/ol\r');
    composer.mistrust('delete @tmp/old.log');
    composer.taken({ text: 'a task has ended', id: 'p1', atMs: 0 });
    expect(composer.unsent).toBe('delete @tmp/ol');
  });
});

test('a bare Enter behind a text has not sent another prompt that only begins with the same character', () => {
  const { composer, shows, type } = composing();
  shows('idle');
  type('hello\r');
  type('\r');
  composer.mistrust('hello there');
  composer.taken({ text: 'how is the build?', id: 'p1', atMs: 0 });
  expect(composer.unsent).toBe('hello');
});

test('Esc stops the turn that runs, not the message that waits behind it', () => {
  const { composer, shows, type, tell } = composing();
  shows('idle');
  type('first\r');
  composer.taken({ text: 'first', id: 'a', atMs: 0 });
  tell({ type: 'turn.started' });
  shows('busy');
  type('do that instead\r');
  tell({ type: 'input', kind: 'escape', bytes: 1 });
  tell({ type: 'interrupted' });
  tell({ type: 'turn.ended' });
  composer.taken({ text: 'do that instead', id: 'b', atMs: 0 });
  tell({ type: 'turn.started' });
  expect(composer.sent?.text).toBe('do that instead');
});

describe('a prompt that Esc has put back into the box before anybody has seen it leave', () => {
  function back(draws = true) {
    const told = composing();
    told.shows('idle');
    told.type('do it\r');
    told.composer.typed(tokensOf('\x1b'), false, 3_000);
    told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    if (draws) told.tell({ type: 'output', bytes: 1 });
    return told;
  }
  const hook = ({ composer, tell }: ReturnType<typeof composing>) => {
    composer.taken({ text: 'do it', id: 'p1', atMs: 0 });
    tell({ type: 'turn.started' });
    tell({ type: 'interrupted' });
  };

  test('is the draft again, also after a late report of it', () => {
    const told = back();
    told.composer.settle('do it');
    hook(told);
    expect([told.composer.inBox, told.composer.unsent, told.composer.sent]).toEqual(['do it', 'do it', null]);
    expect([told.composer.isExact, told.composer.entered]).toEqual([true, []]);
  });

  test('may still be seen there after its report', () => {
    const told = back();
    hook(told);
    expect([told.composer.inBox, told.composer.mayBeRestored]).toEqual(['', true]);
  });

  test('is not there by a screen that the agent drew before it read Esc', () => {
    const told = back(false);
    told.composer.settle('do it');
    hook(told);
    expect([told.composer.inBox, told.composer.sent]).toEqual(['', null]);
  });
});

describe('Esc behind an Enter that seemed to queue a message', () => {
  /** The turn before was over as the agent got the keys, so they sent the message and interrupted it. */
  function sentAfterAll(keys: readonly string[], kept: boolean) {
    const told = composing();
    told.shows('busy');
    for (const key of keys) {
      told.type(key, kept);
      told.shows('busy', true);
    }
    told.type('');
    told.tell({ type: 'turn.ended' });
    told.composer.taken({ text: 'do it', id: 'p1', atMs: 0 });
    return told.composer;
  }

  test.each([
    ['held back', true],
    ['pressed in the turn', false],
  ])('may have put it back into the box: %s', (_name, kept) => {
    expect(sentAfterAll(['do it', '\r', '\x1b'], kept).mayBeRestored).toBe(true);
  });

  test('was for an earlier turn if Enter came later', () => {
    expect(sentAfterAll(['\x1b', 'do it', '\r'], true).mayBeRestored).toBe(false);
  });
});

describe('what the guard’s own Esc has put back into the box', () => {
  test.each<[string, (told: ReturnType<typeof composing>) => void]>([
    ['seen to leave the box', ({ shows }) => shows('busy')],
    ['not seen to leave it', () => {}],
  ])('is the draft, before the keys that are held, and is queued no more: %s', (_name, then) => {
    const told = composing();
    told.shows('busy');
    told.type('a message\r');
    then(told);
    told.type(' and more', true);
    told.composer.stands('a message');
    expect([told.composer.inBox, told.composer.queue]).toEqual(['a message and more', []]);
    told.composer.rescue();
    expect(told.composer.aside).toBe('a message and more');
  });
});

describe('a stash that the person has deleted', () => {
  function stashed() {
    const told = composing();
    told.shows('idle');
    told.type('long prompt A');
    told.shows('idle', true);
    told.type('\x13');
    told.shows('idle');
    return told;
  }

  test.each(['hooks', 'no hooks'])('is gone once another prompt has had its turn, by %s', (by) => {
    const { composer, type, shows, tell } = stashed();
    type('quick B\r');
    if (by === 'hooks') {
      composer.taken({ text: 'quick B', id: 'b', atMs: 0 });
      tell({ type: 'turn.started' });
    }
    shows('busy');
    expect(composer.stash).toBe('long prompt A');
    if (by === 'hooks') tell({ type: 'turn.ended' });
    shows('idle');
    expect([composer.stash, composer.unsent]).toEqual(['', '']);
  });

  test.each(['/cost\r', '/re\r\x15'])('may not be gone after what is no prompt: %j', (keys) => {
    const { composer, type, shows } = stashed();
    type(keys);
    shows('idle');
    shows('idle');
    expect(composer.stash).toBe('long prompt A');
  });
});

describe('a prompt, and keys behind it that write nothing, before the screen shows anything', () => {
  test.each(['\r', '\x7f', '\x1b[D', '\r\x7f\r', 'x\x7f'])('was sent if a turn begins: %j', (keys) => {
    const { composer, type, shows } = composing();
    shows('idle');
    type('hello\r');
    for (const tokens of keys.startsWith('\x1b') ? [tokensOf(keys)] : typedOneByOne(keys))
      composer.typed(tokens, false, 3_000);
    shows('busy');
    expect([composer.sent?.text, composer.unsent, composer.prompts.typed]).toEqual(['hello', '', 1]);
  });
});

test('the agent may have what Enter was pressed on at rest, and what was sent, but not what was stopped', () => {
  const { composer, type, shows, tell } = composing();
  const mayBeSent = () => composer.mayBeSent.map(({ text }) => text);
  shows('idle');
  type('do it\r');
  type('\r');
  expect(mayBeSent()).toEqual(['do it']);
  shows('busy');
  type('and that\r');
  expect(mayBeSent()).toEqual(['do it']);
  tell({ type: 'input', kind: 'escape', bytes: 1 });
  expect(mayBeSent()).toEqual([]);
});
