/** What the tunnel changes for the agent's children and leaves on disk, and what it takes for an answer. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const own = { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1,localhost' };
const dump = 'env | grep -i _proxy= | sort >"$HOME/hook.env"';
const hooks = { UserPromptSubmit: [{ hooks: [{ type: 'command', command: dump }] }] };

/** Empty where there is no file, or none any more: the guard replaces some all the time. */
function textAt(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

describe.concurrent.each(['2.1.329', '2.1.126', '2.1.38'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('behind the person’s proxy', () => {
    test('a hook keeps the person’s own rules, and no record holds the tunnel’s token', async () => {
      const options = { version, firstParty: true, settings: own, sandbox: { settings: { hooks } } };
      await onGuard(options, async ({ sandbox, submit, terminal }) => {
        await submit('please go on');
        await terminal.waitFor(finished);
        const ofHook = readFileSync(join(sandbox.home, 'hook.env'), 'utf8').trim().split('\n');
        expect(ofHook).toEqual(
          expect.arrayContaining(Object.entries(own).map(([name, value]) => `${name}=${value}`)),
        );
        const token = /^https_proxy=http:\/\/guard:(\w{20,})@/m.exec(ofHook.join('\n'))?.[1] ?? '';
        expect(token).not.toBe('');
        for (const name of readdirSync(sandbox.stateHome, { recursive: true, encoding: 'utf8' }))
          expect(textAt(join(sandbox.stateHome, name)), name).not.toContain(token);
      });
    });

    test('a slow first byte on a fresh connection is waited for, session tickets or not', async () => {
      const settings = { GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '20000' };
      await onGuard({ version, firstParty: true, settings }, async ({ api, submit, terminal, incidents }) => {
        api.enqueue([{ do: 'wait', ms: 9_000 }, ...say('Thought it over.')]);
        await submit('please go on');
        await terminal.waitFor('Thought it over.');
        expect(incidents()).toEqual([]);
        expect(api.turns()).toHaveLength(1);
      });
    });
  });
});
