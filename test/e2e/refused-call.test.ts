/** A call that a hook of the person's refuses: no hook of ours reports its end, and nothing but the record does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import { onPipes } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';

const refused = call('Bash', { command: 'echo never', description: 'Say it', timeout: 1_000 });
const settings = { GUARDED_CLAUDE_TOOL_GRACE_MS: '4000' };
/** Far longer than the refused call may take. */
const slow = (first: string) => say(`${first} ${'word '.repeat(24)}end`, 500);

function refuseCommands({ project }: Sandbox): void {
  const refuse = { type: 'command', command: 'echo no >&2; exit 2' };
  mkdirSync(join(project, '.claude'), { recursive: true });
  writeFileSync(
    join(project, '.claude', 'settings.json'),
    JSON.stringify({ hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [refuse] }] } }),
  );
}

describe.concurrent.each([
  ['2.1.329', 'Agent'],
  ['2.1.42', 'Task'],
] as const)('Claude Code %s, told by a hook not to run a command,', (version, subagent) => {
  const task = call(subagent, {
    description: 'A task',
    prompt: 'Do your work.',
    subagent_type: 'general-purpose',
    run_in_background: false,
  });

  describe.skipIf(missing(version))('in print mode', () => {
    test('is left alone while it answers for long', async () => {
      await onPipes(version, async ({ api, sandbox, guarded, incidents }) => {
        refuseCommands(sandbox);
        api.enqueue(refused, slow('All'));
        const { code, stdout } = await guarded(['-p', 'hello'], { settings }).ended;
        expect(incidents()).toEqual([]);
        expect({ code, stdout: stdout.slice(0, 8) }).toEqual({ code: 0, stdout: 'All word' });
      });
    });

    test('is cured if its next answer dies', async () => {
      await onPipes(version, async ({ api, sandbox, guarded, incidents }) => {
        refuseCommands(sandbox);
        api.enqueue(refused, faults['dead-mid-text'].scenario, say('All of it.'));
        const { code, stdout } = await guarded(['-p', 'hello']).ended;
        expect(incidents()).toMatchObject([{ actions: [{ action: 'cut' }], outcome: 'recovered' }]);
        expect({ code, stdout }).toEqual({ code: 0, stdout: 'All of it.\n' });
      });
    });

    test.each([['text'], ['stream-json']])(
      'and one of its subagents is left alone, with %s',
      async (format) => {
        await onPipes(version, async ({ api, sandbox, guarded, incidents }) => {
          refuseCommands(sandbox);
          api.enqueue(task, refused, slow('Mine'), say('All of it.'));
          const { code } = await guarded(['-p', 'hello', '--output-format', format, '--verbose'], {
            settings,
          }).ended;
          expect(incidents()).toEqual([]);
          expect(code).toBe(0);
        });
      },
    );
  });
});
