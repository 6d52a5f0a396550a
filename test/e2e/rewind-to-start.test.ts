/** The person takes everything back and begins anew: a later resume must not find what was taken back. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseRecord } from '../../src/agents/common/json.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import { type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const limitMs = 90_000;
/** A key that comes sooner belongs to the one before. */
const betweenKeysMs = 300;

/** Esc Esc, up to the first prompt, "Restore conversation". */
async function rewindToStart({ terminal }: Guarded): Promise<void> {
  const press = async (keys: string) => {
    terminal.write(keys);
    await sleep(betweenKeysMs);
  };
  await press('\x1b');
  await press('\x1b');
  await terminal.waitFor('Rewind');
  await press('\x1b[A');
  await press('\x1b[A');
  await terminal.waitFor(/❯ the first prompt/);
  await press('\r');
  await terminal.waitFor(/❯ 1\. Restore/);
  await press('\r');
  await terminal.waitFor(/^❯\sthe first prompt\s*\n─/m);
  await press('\x15');
}

test.skipIf(missing('2.1.329')).each(['2.1.329', '2.1.38'] as const)(
  '%s: the prompt after a rewind to the start has no parent, and commands have the person’s own variables',
  async (version) => {
    await onGuard({ version }, async (guarded) => {
      const { api, sandbox, terminal, submit, until } = guarded;
      const tell = 'echo "<$HTTPS_PROXY> <$CLAUDE_ENV_FILE>"';
      api.enqueue(call('Bash', { command: tell, description: 'Tell' }), say('The first answer.'));
      await submit('the first prompt');
      await terminal.waitFor('The first answer.');
      const told = JSON.stringify(api.turns().at(-1)?.body?.messages);
      expect(told).toContain(`<${guarded.env.HTTPS_PROXY}> <>`);
      api.enqueue(say('The second answer.'));
      await submit('the second prompt');
      await terminal.waitFor('The second answer.');
      await until('the turn is over', () => guarded.status()?.state === 'idle');
      await rewindToStart(guarded);
      await submit('begin anew');
      await terminal.waitFor('All done here.');
      const begunAnew = () =>
        sandbox
          .transcripts()
          .flatMap((path) => readFileSync(path, 'utf8').split('\n').map(parseRecord))
          .filter((record) => record?.type === 'user' && JSON.stringify(record).includes('begin anew'));
      // The agent draws an answer before it has written the prompt down.
      await until('the prompt is on record', () => begunAnew().length > 0);
      expect(begunAnew().map((record) => record?.parentUuid)).toEqual([null]);
    });
  },
  limitMs,
);
