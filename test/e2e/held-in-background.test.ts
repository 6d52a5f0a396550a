/**
 * An agent that is to go on with a conversation says that its background service works on it. The agent is real until
 * it is killed; the refusal is what 2.1.329 prints to a script in that case.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { writeScript } from '../support/folder.ts';
import { onPipes } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';

const version = '2.1.329';
const refusal =
  'Error: That session is running in the background (5f37c96d). Run `claude attach 5f37c96d` to open it, or `claude stop 5f37c96d` first to resume it here. Add --fork-session to branch off a copy instead.';

describe.skipIf(missing(version))('a script whose conversation is held in the background', () => {
  test('is told so once, with the way out', async () => {
    await onPipes(version, async ({ api, guarded, sandbox, agentInTurn, command }) => {
      api.respond(() => say('word '.repeat(100), 300));
      const tries = join(sandbox.root, 'tries');
      const refusing = writeScript(
        join(sandbox.root, 'refusing'),
        `#!/bin/sh
case " $* " in *" --resume "*) echo >>${tries}; echo '${refusal}' >&2; exit 1;; esac
exec ${command} "$@"
`,
      );
      const run = guarded(['-p', 'a slow task'], { settings: { GUARDED_CLAUDE_COMMAND: refusing } });
      const pid = await agentInTurn();
      await expect.poll(() => sandbox.transcripts(), { timeout: 30_000 }).toHaveLength(1);
      process.kill(pid, 'SIGKILL');
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(readFileSync(tries, 'utf8')).toHaveLength(1);
      expect(stderr.split('\n')).toContain(refusal);
      const last = stderr.trimEnd().split('\n').at(-1);
      expect(last).toContain('`claude agents` finds it');
      expect(last).toMatch(/To go on: env .*GUARDED_CLAUDE_COMMAND=.* guarded-claude .*--fork-session/);
      expect(stderr).not.toContain('another version');
    });
  });
});
