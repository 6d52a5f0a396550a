/**
 * What a tool has printed makes the API refuse the conversation at every turn from then on: the guard notices, repairs
 * it and has the turn taken up, as often as it happens. What it cannot repair, and a refusal that nobody knows, is for
 * the person to decide.
 */
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { call, refuse, say } from '../../src/drill/api/scenario.ts';
import { type Guarded, onGuard } from '../support/guarded.ts';
import { missing, type RealVersion } from '../support/real-agent.ts';

const limitMs = 180_000;
const cureMs = 60_000;

const printNul = call('Bash', { command: "printf 'a\\0b'", description: 'Print' });
const pairing = faults['error-400-pairing'].scenario;
const unknown = refuse(
  400,
  'invalid_request_error',
  'messages.512.content.3: the moon is in the wrong phase',
);

/** Has the model run a command that prints a NUL, and waits until the repaired conversation was answered. */
async function poison({ api, terminal, submit, until, incidents }: Guarded, time: number): Promise<void> {
  api.enqueue(printNul, say(`Mended, ${time}.`));
  await submit(`print it, ${time}`);
  await terminal.waitFor('Repaired in your conversation: one record holds a NUL character', cureMs);
  await terminal.waitFor(`Mended, ${time}.`, cureMs);
  const recovered = () => incidents().filter(({ outcome }) => outcome === 'recovered');
  await until('the incident is closed', () => recovered().length === time);
}

async function asked({ until, incidents }: Guarded): Promise<void> {
  const isAsked = () => incidents().some(({ actions }) => actions.at(-1)?.action === 'ask');
  await until('the person is asked', isAsked, cureMs);
}

const versions: readonly RealVersion[] = ['2.1.329', '2.1.126'];

describe.each(versions.filter((version) => !missing(version)))('Claude Code %s', (version) => {
  test(
    'a NUL in what a command has printed is repaired, and another one after a good turn, too',
    async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, terminal, submit, incidents, agentPid } = guarded;
        const pid = agentPid();
        await poison(guarded, 1);
        expect(agentPid()).not.toBe(pid);
        api.enqueue(say('A good turn.'));
        await submit('and now');
        await terminal.waitFor('A good turn.');
        await poison(guarded, 2);
        const mended = {
          class: 'broken-history',
          outcome: 'recovered',
          actions: [{ action: 'relaunch' }],
        };
        expect(incidents()).toMatchObject([mended, mended]);
        expect(JSON.stringify(api.turns().at(-1)?.body?.messages)).toContain('A good turn.');
      });
    },
    limitMs,
  );

  test(
    'a refusal that comes again after the relaunch is no recovery: the person is asked',
    async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, terminal, submit, incidents } = guarded;
        api.enqueue(say('The sum is forty-two.'));
        await submit('what is the sum');
        await terminal.waitFor('The sum is forty-two.');
        api.respond(() => pairing);
        await submit('please go on');
        await asked(guarded);
        expect(incidents().map(({ actions }) => actions.map(({ action }) => action))).toEqual([
          ['relaunch', 'ask'],
        ]);
        expect(incidents().map(({ outcome }) => outcome)).toEqual(['open']);
      });
    },
    limitMs,
  );

  test(
    'refused twice in words that nobody knows: the person is asked, and nothing is typed',
    async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, terminal, submit, until, agentPid } = guarded;
        const pid = agentPid();
        api.enqueue(say('The sum is forty-two.'));
        await submit('what is the sum');
        await terminal.waitFor('The sum is forty-two.');
        api.respond(() => unknown);
        await submit('please go on');
        await terminal.waitFor('the moon');
        await until('the turn has ended', () => guarded.status()?.state !== 'working');
        await submit('and once more');
        await asked(guarded);
        expect(agentPid()).toBe(pid);
        expect(api.turns().map(lastPrompt).join(' ')).not.toContain('interrupted');
      });
    },
    limitMs,
  );
});
