/** The nudge looks before each step: it sends only our own text, and the person gets theirs back. */
import { describe, expect, test } from 'vitest';
import { keysOf, nudge } from '../../../src/person/hands/nudge.ts';
import { type BoxOptions, type TypedAt, typedAt } from './typed-at.ts';

const prompt = 'You were interrupted. At noon.\n\nNo tool call was unfinished.\n\nGo on where you stopped.';
const plan = { generation: 1, interrupt: true, prompt };

async function nudged(options: BoxOptions, more: Partial<typeof plan> = {}) {
  const agent = typedAt(options);
  await nudge(agent.desk, { ...plan, ...more });
  return agent;
}

describe.concurrent('a nudge', () => {
  test.each<[string, BoxOptions]>([
    ['with an empty box', {}],
    ['beside a draft', { draft: 'my draft' }],
    ['beside a draft of several lines', { draft: 'my draft\nline two\nline three' }],
    ['beside a draft for the shell', { draft: 'touch it', shell: true }],
    ['beside an empty shell mode', { draft: '', shell: true }],
    ['where the screen lags', { draft: 'my draft', drawMs: 300 }],
    ['where the box shows a stand-in', { draft: 'my draft', standIn: true }],
    ['behind the transcript view', { draft: 'my draft', transcript: 'open' }],
  ])('%s: only our text is sent, and the draft is back', async (_name, options) => {
    const agent = await nudged(options);
    expect(agent.outcomes).toEqual(['submitted']);
    expect(agent.submitted).toEqual([prompt]);
    expect(agent.box()).toBe(`${options.shell ? '!' : ''}${options.draft ?? ''}`);
  });

  test('sends the prompt that the interrupt brought back, not ours', async () => {
    const agent = await nudged({ draft: 'my draft', restores: 'please go on', sent: 'please go on' });
    expect(agent.submitted).toEqual(['please go on']);
    expect(agent.box()).toBe('my draft');
  });

  test('leaves the prompt that came back to the person who has pressed Esc meanwhile', async () => {
    let presses = 0;
    const agent = await nudged({
      restores: 'please go on',
      sent: 'please go on',
      onWrite(keys, { personTypes }) {
        if (keys === '\x1b' && ++presses === 1) personTypes('\x1b');
      },
    });
    expect([agent.outcomes, agent.submitted]).toEqual([['person-typing'], []]);
    expect(agent.box()).toBe('please go on');
  });

  test.each<[string, (agent: TypedAt) => void, BoxOptions]>([
    ['begun a paste', ({ personTypes }) => personTypes('\x1b[200~soo'), {}],
    ['paused the guard', ({ pause }) => pause(), {}],
    ['paused it, and has a draft', ({ pause }) => pause(), { draft: 'my draft' }],
  ])(
    'knows that a prompt that came back stands in the box where the person has %s',
    async (_name, act, more) => {
      let presses = 0;
      const agent = typedAt({
        restores: 'please go on',
        sent: 'please go on',
        onWrite(keys) {
          if (keys === '\x1b' && ++presses === 1) act(agent);
        },
        ...more,
      });
      const done = nudge(agent.desk, plan);
      await expect.poll(() => agent.outcomes).toEqual(['person-typing']);
      expect(agent.desk.composer.inBox.startsWith('please go on')).toBe(true);
      expect(agent.desk.composer.takeSent()).toBeNull();
      agent.end();
      await done;
    },
  );

  test('gives the prompt that came back, and the draft behind it, to the person who has pressed Esc', async () => {
    let presses = 0;
    const agent = await nudged({
      draft: 'my draft',
      restores: 'please go on',
      sent: 'please go on',
      onWrite(keys, { personTypes }) {
        if (keys === '\x1b' && ++presses === 1) personTypes('\x1b');
      },
    });
    expect([agent.outcomes, agent.submitted]).toEqual([['person-typing'], []]);
    expect(agent.box()).toBe('please go on\n\nmy draft');
    expect(agent.desk.composer.takeSent()).toBeNull();
  });

  test('sends a queued message again whose turn began just before the interrupt', async () => {
    const agent = await nudged({
      draft: 'my draft',
      restores: 'please go on',
      sent: 'please go on',
      onWrite(keys, { follow }) {
        if (keys === '\x1b') follow({ type: 'turn.started', at: 0 });
      },
    });
    expect([agent.outcomes, agent.submitted]).toEqual([['submitted'], ['please go on']]);
    expect(agent.box()).toBe('my draft');
  });

  test('types nothing if the person has pressed Esc since it was decided', async () => {
    const agent = typedAt({ draft: 'my draft' });
    const before = keysOf(agent.desk);
    agent.personTypes('\x1b');
    await nudge(agent.desk, { ...plan, before });
    expect([agent.outcomes, agent.submitted]).toEqual([['person-typing'], []]);
    expect(agent.box()).toBe('my draft');
  });

  test.each([undefined, 'something else'])(
    'never sends text of unknown origin (%s): it is given back, unsent',
    async (sent) => {
      const agent = await nudged({ restores: 'rm -rf build', ...(sent === undefined ? {} : { sent }) });
      expect(agent.submitted).toEqual([prompt]);
      expect(agent.box()).toBe('rm -rf build');
    },
  );

  test.each<[string, BoxOptions]>([
    ['with half a draft', { draft: 'half a draft', keys: 'half a draft\x1b' }],
    ['with a draft that commands have changed', { draft: 'half', keys: 'half a draft\x1bdb' }],
    ['with an empty box', {}],
  ])('in the NORMAL mode of vim, %s: one submit, and the draft is back', async (_name, options) => {
    const agent = await nudged({ ...options, vim: 'normal' }, { interrupt: false });
    expect(agent.outcomes).toEqual(['submitted']);
    expect(agent.submitted).toEqual([prompt]);
    expect(agent.box()).toBe(options.draft ?? '');
  });

  test('in vim’s INSERT mode: Esc first leaves the mode, then interrupts', async () => {
    const agent = await nudged({ draft: 'my draft', vim: 'insert' });
    expect(agent.submitted).toEqual([prompt]);
    expect(agent.box()).toBe('my draft');
  });

  /** Each interrupt: the first Esc leaves INSERT mode, the second ends the turn. */
  const atInterrupt = (act: (agent: TypedAt) => void): NonNullable<BoxOptions['onWrite']> => {
    let escapes = 0;
    return (keys, agent) => {
      if (keys === '\x1b' && ++escapes === 2) act(agent);
    };
  };

  test.each<[string, BoxOptions, string, readonly string[]]>([
    [
      'the prompt comes back',
      { restores: 'please go on', sent: 'please go on' },
      'submitted',
      ['please go on'],
    ],
    [
      'a queued message begins the next turn',
      { onWrite: atInterrupt(({ follow }) => follow({ type: 'turn.started', at: 0 })) },
      'submitted',
      [],
    ],
    ['the turn does not end', { goesOn: true }, 'not-idle', []],
    ['the person pauses the guard', { onWrite: atInterrupt(({ pause }) => pause()) }, 'person-typing', []],
    [
      'text of unknown origin comes back while the person types',
      { restores: 'rm -rf build', onWrite: atInterrupt(({ personTypes }) => personTypes('x')) },
      'person-typing',
      [],
    ],
  ])(
    'in vim’s INSERT mode, %s: what the person types next is text',
    async (_name, options, outcome, sent) => {
      const agent = await nudged({ ...options, vim: 'insert' });
      expect([agent.outcomes, agent.submitted]).toEqual([[outcome], sent]);
      const before = agent.box();
      agent.personTypes('dd');
      expect(agent.box()).toBe(`${before}dd`);
    },
  );

  test('in vim’s NORMAL mode: the prompt that came back is sent', async () => {
    const agent = await nudged({ restores: 'please go on', sent: 'please go on', vim: 'normal' });
    expect(agent.submitted).toEqual(['please go on']);
  });

  test('sends nothing if the box cannot be emptied, and keeps the draft', async () => {
    const agent = await nudged({ draft: 'my draft', stuck: true });
    expect(agent.outcomes).toEqual(['no-echo']);
    expect(agent.submitted).toEqual([]);
    expect(agent.desk.composer.unsent).toBe('my draft');
  });

  test('touches no draft whose exact wording is unknown', async () => {
    const agent = typedAt({ draft: 'my draft' });
    agent.desk.composer.correct('something else'); // its keys tell another story than the screen
    await nudge(agent.desk, plan);
    expect(agent.outcomes).toEqual(['person-typing']);
    expect(agent.written).toEqual([]);
  });

  test('does not press Enter once the guard is paused, and takes its text out again', async () => {
    const agent = typedAt({
      draft: 'my draft',
      onWrite(keys) {
        if (keys.includes('200~')) agent.pause();
      },
    });
    await nudge(agent.desk, plan);
    expect(agent.outcomes).toEqual(['person-typing']);
    expect(agent.submitted).toEqual([]);
    expect(agent.box()).toBe('my draft');
  });

  test('types nothing if there is a question behind the transcript view', async () => {
    const agent = await nudged({ draft: 'my draft', transcript: 'asked' });
    expect([agent.outcomes, agent.written]).toEqual([['dialog'], ['\x1b']]);
  });

  test('does not press Enter if a question appears after our text', async () => {
    const agent = await nudged({ onWrite: (keys, { ask }) => keys.includes('200~') && ask() });
    expect(agent.outcomes).toEqual(['dialog']);
    expect(agent.submitted).toEqual([]);
  });

  test('yields to keys that come before its Enter: they follow the draft in the box, and nothing is sent', async () => {
    let typed = false;
    const agent = await nudged({
      draft: 'my draft',
      onWrite(keys, { personTypes }) {
        if (typed || !keys.includes('200~')) return;
        typed = true;
        personTypes(' goes on');
      },
    });
    expect(agent.outcomes).toEqual(['person-typing']);
    expect(agent.submitted).toEqual([]);
    expect(agent.box()).toBe('my draft goes on');
    expect(agent.desk.composer.inBox).toBe('my draft goes on');
  });

  test('sends again what its interrupt brought back, even if the person has typed: their keys come after it', async () => {
    const agent = await nudged({
      draft: 'my draft',
      restores: 'please go on',
      sent: 'please go on',
      onWrite: (keys, { personTypes }) => keys === '\x1b' && personTypes(' goes on'),
    });
    expect(agent.submitted).toEqual(['please go on']);
    expect(agent.box()).toBe('my draft goes on');
  });

  test('gives back text of unknown origin before the draft and what the person has typed', async () => {
    const agent = await nudged({
      draft: 'my draft',
      restores: 'rm -rf build',
      onWrite: (keys, { personTypes }) => keys === '\x1b' && personTypes(' goes on'),
    });
    expect([agent.outcomes, agent.submitted]).toEqual([['person-typing'], []]);
    expect(agent.box()).toBe('rm -rf build\n\nmy draft goes on');
  });

  test('leaves the box to a person who has just typed', async () => {
    const agent = typedAt({ draft: 'my draft' });
    const done = nudge(agent.desk, plan);
    agent.personTypes('!');
    await done;
    expect([agent.outcomes, agent.written]).toEqual([['person-typing'], ['!']]);
  });

  test('leaves the box to a person who pressed a key the moment before', async () => {
    const agent = typedAt({ draft: 'my draft' });
    agent.personPresses('!');
    await nudge(agent.desk, plan);
    expect([agent.outcomes, agent.written]).toEqual([['person-typing'], ['!']]);
  });

  test('types nothing into the person’s editor, and nothing is held for long', async () => {
    const agent = await nudged({ draft: 'my draft', looksLent: () => true });
    expect([agent.outcomes, agent.written]).toEqual([['person-typing'], []]);
    agent.personTypes(':wq');
    expect(agent.written).toEqual([':wq']);
  });

  test('is not stopped by the terminal’s own reports', async () => {
    const agent = await nudged({
      onWrite: (keys, { personTypes }) => keys.includes('200~') && personTypes('\x1b[<35;1;2M'),
    });
    expect(agent.outcomes).toEqual(['submitted']);
  });
});
