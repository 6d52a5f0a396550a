/** The nudge in the living process, without the tunnel: interrupt, prompt, Enter; and what of it touches a person. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const noTunnel = { GUARDED_CLAUDE_TUNNEL: 'off' };
const nightly = process.env.NIGHTLY !== undefined;

interface Draft {
  /** As the person types it, each piece in a write of its own. */
  readonly keys: readonly string[];
  /** Drawn when all of it has been typed, and when it is back. */
  readonly shown: RegExp;
}

/** Drafts that one key does not clear, and that would be sent, or run, with our text. */
const drafts: Readonly<Record<string, Draft>> = {
  'of one line': { keys: ['my precious draft'], shown: /❯\s+my precious draft/ },
  'longer than a row': {
    keys: [`my precious draft ${'goes on and on '.repeat(12)}to its end`],
    shown: /❯\s+my precious draft[\s\S]*to\s+its\s+end/,
  },
  'of several lines': {
    keys: ['my precious draft', '\x1b\r', 'line two', '\x1b\r', 'line three'],
    shown: /❯\s+my precious draft\s+line two\s+line three/,
  },
  'of wide characters': { keys: ['my precious 日本語 👩‍👩‍👧'], shown: /❯\s+my precious 日本語/ },
  'pasted in two pieces': {
    keys: ['\x1b[200~my precious draft\n', 'line two\x1b[201~'],
    shown: /❯\s+my precious draft\s+line two/,
  },
  'that reads like a hint of the agent': {
    keys: ['Try "npm test" "again"'],
    shown: /❯\s+Try "npm test" "again"/,
  },
  'for the shell': { keys: ['!', 'touch precious'], shown: /!\s*touch precious/ },
};

describe.concurrent.each(['2.1.329', '2.1.197', '2.1.42'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('nudged in place', () => {
    test('in mid-text: the same process goes on, told what happened', async () => {
      await onGuard(
        { version, settings: noTunnel },
        async ({ api, terminal, submit, agentPid, closedIncident }) => {
          const pid = agentPid();
          api.enqueue(faults['dead-mid-text'].scenario);
          await submit('please go on');
          await terminal.waitFor(finished, 40_000);
          const incident = await closedIncident();
          expect(incident).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
          expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
          expect(agentPid()).toBe(pid);
          const last = api.turns().at(-1);
          expect(last && lastPrompt(last)).toContain('interrupted');
          expect(JSON.stringify(last?.body?.messages)).toContain('please go on');
        },
      );
    });

    test('before any output: the prompt that comes back into the box is what is sent', async () => {
      await onGuard(
        { version, settings: noTunnel },
        async ({ api, terminal, submit, agentPid, closedIncident }) => {
          const pid = agentPid();
          api.enqueue(faults['no-headers'].scenario);
          await submit('please go on');
          await terminal.waitFor(finished, 40_000);
          expect(await closedIncident()).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
          expect(agentPid()).toBe(pid);
          const last = api.turns().at(-1);
          expect(JSON.stringify(last?.body?.messages).split('please go on')).toHaveLength(2);
        },
      );
    });

    test.for(Object.entries(drafts).filter(([name]) => nightly || name === 'of several lines'))(
      'beside a draft %s: it is not lost, and not sent',
      async ([, draft]) => {
        await onGuard({ version, settings: noTunnel }, async (guarded) => {
          const { sandbox, agentPid } = guarded;
          const pid = agentPid();
          await nudgedBeside(guarded, draft);
          expect(agentPid()).toBe(pid);
          expect(existsSync(join(sandbox.project, 'precious'))).toBe(false);
        });
      },
    );

    // 2.1.42 takes no vim mode from its settings file.
    test.skipIf(!nightly || version === '2.1.42')(
      'in vim mode: Esc leaves INSERT mode, and interrupts',
      async () => {
        const sandbox = { settings: { editorMode: 'vim' } };
        await onGuard({ version, settings: noTunnel, sandbox }, async (guarded) => {
          const pid = guarded.agentPid();
          await guarded.terminal.waitFor('-- INSERT --');
          await nudgedBeside(guarded, drafts['of one line'] as Draft);
          expect(guarded.agentPid()).toBe(pid);
          guarded.terminal.write('!');
          await guarded.terminal.waitFor(/❯\s+my precious draft!/); // in NORMAL mode it would be a command
        });
      },
    );

    test.skipIf(!nightly || version === '2.1.42')(
      'in vim mode, before any output: the prompt that comes back is sent, and INSERT mode is back',
      async () => {
        const sandbox = { settings: { editorMode: 'vim' } };
        await onGuard({ version, settings: noTunnel, sandbox }, async ({ api, terminal, submit }) => {
          await terminal.waitFor('-- INSERT --');
          api.enqueue(faults['no-headers'].scenario);
          await submit('please go on');
          await terminal.waitFor(finished, 60_000);
          await terminal.waitFor('-- INSERT --');
          terminal.write('next words');
          await terminal.waitFor(/❯\s+next words/);
        });
      },
    );

    test.skipIf(!nightly || version === '2.1.42')(
      'in vim’s NORMAL mode, with half a draft, while the turn hangs: one submit, and the draft is back',
      async () => {
        const sandbox = { settings: { editorMode: 'vim' } };
        await onGuard({ version, settings: noTunnel, sandbox }, async (guarded) => {
          const { api, terminal, submit, agentPid, closedIncident, until } = guarded;
          const pid = agentPid();
          await terminal.waitFor('-- INSERT --');
          api.enqueue(faults['dead-mid-text'].scenario);
          const begun = api.waitForRequest(({ faultAt }) => faultAt !== null);
          await submit('please go on');
          terminal.write('half a draft');
          await terminal.waitFor(/❯\s+half a draft/);
          terminal.write('\x1b');
          await begun;
          await until('NORMAL mode', () => !terminal.text().includes('-- INSERT --'));
          await terminal.waitFor(finished, 60_000);
          expect(await closedIncident(60_000)).toMatchObject({ outcome: 'recovered' });
          await terminal.waitFor(/❯\s+half a draft/);
          expect(agentPid()).toBe(pid);
          const asked = api
            .turns()
            .map(lastPrompt)
            .filter((text) => text.includes('You were interrupted'));
          expect(asked).toHaveLength(1);
        });
      },
    );

    test.skipIf(!nightly || version === '2.1.42')(
      'in vim’s NORMAL mode, with half a draft, after the turn has failed: the same',
      async () => {
        const sandbox = { settings: { editorMode: 'vim' } };
        await onGuard(
          { version, settings: { ...noTunnel, CLAUDE_CODE_MAX_RETRIES: '0' }, sandbox },
          async (guarded) => {
            const { api, terminal, submit, agentPid, closedIncident, until } = guarded;
            const pid = agentPid();
            let isTyped = false;
            await terminal.waitFor('-- INSERT --');
            const text = {
              do: 'text',
              text: 'on and ',
              everyMs: 200,
              open: true,
              until: () => isTyped,
            } as const;
            api.enqueue([{ do: 'start' }, text, { do: 'close' }], [{ do: 'reset' }]);
            await submit('please go on');
            terminal.write('half a draft');
            await terminal.waitFor(/❯\s+half a draft/);
            terminal.write('\x1b');
            await until('NORMAL mode', () => !terminal.text().includes('-- INSERT --'));
            isTyped = true;
            await terminal.waitFor(finished, 60_000);
            expect(await closedIncident(60_000)).toMatchObject({ outcome: 'recovered' });
            await terminal.waitFor(/❯\s+half a draft/);
            expect(agentPid()).toBe(pid);
            expect(api.turns().map(lastPrompt).join()).not.toContain('half a draft');
          },
        );
      },
      120_000,
    );
  });
});

const emptyBox = /─\n❯\s*(Try ".*|Press up .*)?\n─/;

/** A turn hangs, the person has this draft, the nudge comes, and all is as it was. */
async function nudgedBeside(guarded: Guarded, { keys, shown }: Draft): Promise<void> {
  const { api, terminal, submit, closedIncident } = guarded;
  api.enqueue(faults['dead-mid-text'].scenario);
  await submit('please go on');
  await api.waitForRequest(({ faultAt }) => faultAt !== null);
  await terminal.waitFor(emptyBox);
  for (const piece of keys) {
    terminal.write(piece);
    await sleep(100); // in one burst they would be a paste
    if (/^\w/.test(piece)) await terminal.waitFor(/^[\w ]{1,10}/.exec(piece)?.[0] ?? '');
  }
  await terminal.waitFor(shown);
  await terminal.waitFor(finished, 60_000);
  const incident = await closedIncident(60_000);
  expect(incident).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
  expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
  await terminal.waitFor(shown);
  const prompts = api.turns().map(lastPrompt);
  expect(prompts.at(-1)).toContain('You were interrupted');
  expect(prompts.join()).not.toContain('precious');
}
