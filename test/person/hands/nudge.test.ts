/** The nudge looks before each step: what it sends is ours alone, and what was the person's is theirs again. */
import { describe, expect, test } from 'vitest';
import { nudge } from '../../../src/person/hands/nudge.ts';
import { type BoxOptions, typedAt } from './typed-at.ts';

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
    ['where the screen lags behind', { draft: 'my draft', drawMs: 300 }],
    ['where the box shows a stand-in', { draft: 'my draft', standIn: true }],
  ])('%s: only our text is sent, and the draft is back', async (_name, options) => {
    const agent = await nudged(options);
    expect(agent.outcomes).toEqual(['submitted']);
    expect(agent.submitted).toEqual([prompt]);
    expect(agent.box()).toBe(`${options.shell ? '!' : ''}${options.draft ?? ''}`);
  });

  test('sends the prompt that the interrupt brought back, and not ours', async () => {
    const agent = await nudged({ draft: 'my draft', restores: 'please go on', sent: 'please go on' });
    expect(agent.submitted).toEqual(['please go on']);
    expect(agent.box()).toBe('my draft');
  });

  test.each([undefined, 'something else'])(
    'never sends what nobody is known to have sent (%s): it is given back, unsent',
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

  test('in the INSERT mode of vim: Esc leaves it, and interrupts', async () => {
    const agent = await nudged({ draft: 'my draft', vim: 'insert' });
    expect(agent.submitted).toEqual([prompt]);
    expect(agent.box()).toBe('my draft');
  });

  test('sends nothing from a box that cannot be emptied; the draft is kept', async () => {
    const agent = await nudged({ draft: 'my draft', stuck: true });
    expect(agent.outcomes).toEqual(['no-echo']);
    expect(agent.submitted).toEqual([]);
    expect(agent.desk.composer.unsent).toBe('my draft');
  });

  test('touches no draft whose wording is not known', async () => {
    const agent = typedAt({ draft: 'my draft' });
    agent.desk.composer.correct('something else'); // its keys tell another story than the screen
    await nudge(agent.desk, plan);
    expect(agent.outcomes).toEqual(['person-typing']);
    expect(agent.written).toEqual([]);
  });

  test('presses no Enter once the guard was paused; its text is taken out again', async () => {
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

  test('presses no Enter when a question comes up behind our text', async () => {
    const agent = await nudged({ onWrite: (keys, { ask }) => keys.includes('200~') && ask() });
    expect(agent.outcomes).toEqual(['dialog']);
    expect(agent.submitted).toEqual([]);
  });

  test('yields to keys that come before its Enter: they are in the box behind the draft, and nothing is sent', async () => {
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

  test('is not stopped by what only the terminal reports', async () => {
    const agent = await nudged({
      onWrite: (keys, { personTypes }) => keys.includes('200~') && personTypes('\x1b[<35;1;2M'),
    });
    expect(agent.outcomes).toEqual(['submitted']);
  });
});
