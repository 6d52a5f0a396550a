/** What becomes of the person's words as things happen: told as events, without a clock or a terminal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Evidence, noEvidence, observe } from '../../src/detect/evidence/index.ts';
import type { Observation, ScreenFacts } from '../../src/events.ts';
import { createComposer } from '../../src/person/composer.ts';
import { tokensOf, typedOneByOne } from '../support/keys.ts';

/** A person at a terminal: their keys reach the composer as tokens, and the core as input. */
function desk() {
  const composer = createComposer();
  let evidence: Evidence = noEvidence(0);
  let now = 0;
  let isKept = false;
  const tell = (observation: Observation) => {
    const before = evidence;
    const event = { ...observation, at: now };
    evidence = observe(before, event);
    composer.happened(event, before, evidence, isKept);
  };
  tell({ type: 'agent.started', generation: 1, pid: 1, resumed: false, prompted: false });
  return {
    composer,
    tell,
    type(text: string, kept = false) {
      isKept = kept;
      for (const tokens of typedOneByOne(text)) composer.typed(tokens, kept, now);
      tell({ type: 'input', kind: text.endsWith('\r') ? 'enter' : 'text', bytes: text.length });
    },
    /** The agent draws this, and then it stands for three seconds. */
    shows(activity: ScreenFacts['activity'], draft = false) {
      tell({ type: 'output', bytes: 1 });
      tell({ type: 'screen', facts: { activity, draft } });
      for (let seconds = 0; seconds < 3; seconds++) {
        now += 1_000;
        tell({ type: 'tick' });
      }
    },
  };
}

describe('a prompt', () => {
  test('sent to an agent at rest waits for its turn, and has had it when the prompt is free again', () => {
    const { composer, type, shows } = desk();
    shows('idle');
    type('do it\r');
    expect(composer.sent.latest()?.text).toBe('do it');
    shows('busy');
    expect(composer.sent.latest()?.text).toBe('do it');
    shows('idle');
    expect([composer.sent.latest(), composer.draft.text()]).toEqual([null, '']);
  });

  test('is settled by the word of a hook, with the next one half typed', () => {
    const { composer, type, shows, tell } = desk();
    shows('idle');
    type('do it\r');
    tell({ type: 'turn.started' });
    type('and th');
    tell({ type: 'turn.ended', background: 0 });
    expect([composer.sent.latest(), composer.draft.text()]).toEqual([null, 'and th']);
  });

  test.each<[string, Observation]>([
    ['by their key', { type: 'input', kind: 'interrupt', bytes: 1 }],
    ['as the agent tells', { type: 'interrupted' }],
  ])('that the person stops is not sent again: %s', (_name, stopped) => {
    const { composer, type, shows, tell } = desk();
    shows('idle');
    type('do it\r');
    tell(stopped);
    expect(composer.sent.latest()).toBeNull();
  });

  test('for the shell counts as run once the agent is at work', () => {
    const { composer, type, shows } = desk();
    shows('idle');
    type('!make\r');
    expect(composer.sent.latest()?.text).toBe('!make');
    shows('busy', true);
    expect([composer.sent.latest(), composer.draft.text()]).toEqual([null, '']);
  });
});

describe('while a turn runs', () => {
  const queue = ({ composer }: ReturnType<typeof desk>) => composer.draft.queue().map(({ text }) => text);
  const named = ({ composer, tell }: ReturnType<typeof desk>, text: string) => {
    composer.taken({ text, id: null, atMs: 0 });
    tell({ type: 'turn.started' });
  };
  /** The first prompt is being worked on, and a second one waits; a third is being written. */
  function queued() {
    const told = desk();
    told.shows('idle');
    told.type('do it\r');
    told.shows('busy');
    told.type('and that\r');
    return told;
  }

  test.each<[string, (told: ReturnType<typeof desk>) => void]>([
    ['named by the agent', (told) => named(told, 'and that')],
    ['named with what was queued behind it', (told) => named(told, 'and that\nand more')],
    ['of an agent that names none', ({ tell }) => tell({ type: 'turn.started' })],
  ])('what is sent waits in the queue until the next turn begins, %s', (_name, begin) => {
    const told = queued();
    if (_name.includes('behind')) told.type('and more\r');
    told.shows('busy');
    expect(queue(told)[0]).toBe('and that');
    told.tell({ type: 'turn.ended', background: 0 });
    begin(told);
    told.shows('busy');
    expect(told.composer.draft.text()).toBe('');
  });

  test('an agent that names a message as soon as it is queued has not taken it', () => {
    const told = queued();
    named(told, 'do it');
    told.type('a third');
    named(told, 'and that');
    expect([queue(told), told.composer.draft.inBox()]).toEqual([['and that'], 'a third']);
    expect(told.composer.sent.latest()?.text).toBe('do it');
  });

  test('the first prompt, named late, takes nothing of the queue along', () => {
    const told = queued();
    told.type('a third');
    named(told, 'do it');
    expect(queue(told)).toEqual(['and that']);
  });

  test('a free prompt is an empty queue', () => {
    const { composer, type, shows } = desk();
    shows('busy');
    type('and that\r');
    shows('busy');
    shows('idle');
    expect(composer.draft.text()).toBe('');
  });
});

test('keys for a dialog are none for the box; those that wait for the next agent are', () => {
  const { composer, type, shows } = desk();
  shows('dialog');
  type('1\r');
  expect(composer.draft.text()).toBe('');
  type('later', true);
  expect(composer.draft.text()).toBe('later');
});

test('an empty box is believed only when the agent has drawn since the last key, and none is on its way', () => {
  const { composer, type, shows, tell } = desk();
  shows('idle');
  type('half a thought');
  tell({ type: 'screen', facts: { activity: 'idle' } });
  expect(composer.draft.text()).toBe('half a thought');
  shows('idle', true);
  expect(composer.draft.text()).toBe('half a thought');
  shows('idle');
  expect(composer.draft.text()).toBe('');
});

test('another conversation counts its prompts anew', () => {
  const { composer, type, shows, tell } = desk();
  shows('idle');
  type('do it\r');
  expect(composer.sent.typed).toBe(1);
  tell({ type: 'session', sessionId: 'other', transcriptPath: null, source: 'hook' });
  expect(composer.sent.typed).toBe(0);
});

test('property: no text is in two places, whatever happens in whatever order', () => {
  const happening = fc.oneof(
    fc.constant({ do: 'type' as const }),
    fc
      .constantFrom<ScreenFacts['activity']>('idle', 'busy', 'dialog', 'unknown')
      .chain((activity) => fc.boolean().map((draft) => ({ do: 'show' as const, activity, draft }))),
    fc
      .constantFrom<Observation>(
        { type: 'turn.started' },
        { type: 'turn.ended', background: 0 },
        { type: 'interrupted' },
        { type: 'tick' },
      )
      .map((observation) => ({ do: 'tell' as const, observation })),
    fc
      .constantFrom('enter', 'rescue', 'put aside', 'return', 'paste')
      .map((what) => ({ do: 'hand' as const, what })),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), fc.boolean(), (happenings, kept) => {
      const { composer, tell, type, shows } = desk();
      const { draft } = composer;
      let typed = 0;
      for (const each of happenings) {
        if (each.do === 'type') type(`<${typed++}>`, kept);
        else if (each.do === 'show') shows(each.activity, each.draft);
        else if (each.do === 'tell') tell(each.observation);
        else if (each.what === 'enter') type('\r', kept);
        else if (each.what === 'paste') composer.typed(tokensOf(`\x1b[200~<${typed++}>\x1b[201~`), kept, 0);
        else if (each.what === 'rescue') draft.rescue();
        else if (each.what === 'put aside') draft.putAside();
        else draft.restored();
        for (let text = 0; text < typed; text++)
          expect(draft.text().split(`<${text}>`).length - 1, `<${text}> in ${draft.text()}`).toBeLessThan(2);
      }
    }),
    { numRuns: 300 },
  );
});

test('the last words of the person are theirs alone, whatever the agent tells that it took', () => {
  const { composer, type, shows } = desk();
  const { sent } = composer;
  const told = (text: string) => sent.sent({ text, id: null, taken: true, atMs: 0 });
  shows('idle');
  type('do it\r');
  told('do it');
  sent.given('You were interrupted.', false);
  told('You were interrupted.');
  expect([sent.lastText, sent.lastOfPerson]).toEqual(['You were interrupted.', 'do it']);
  sent.given('do that', true);
  told('do that');
  expect([sent.lastText, sent.lastOfPerson]).toEqual(['do that', 'do that']);
});
