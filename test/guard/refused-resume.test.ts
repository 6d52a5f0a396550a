/**
 * An agent that refuses to resume a conversation and says why: it is tried once, and the person is told what it said.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { finished } from '../support/guarded.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

const inBackground =
  'Session 0 is currently running as a background agent (bg). Use `claude agents` to find and attach to it, or add --fork-session to branch off a copy.';

/** A claude that starts as ever and refuses to resume. */
function refusing(words: string): { readonly command: string; readonly starts: () => number } {
  const folder = temporaryFolder();
  const agent = installSimulatedAgent(join(folder, 'agent'));
  const log = join(folder, 'starts');
  const command = writeScript(
    join(folder, 'claude'),
    `#!/bin/sh\ncase "$*" in *--resume*) echo x >>'${log}'; echo '${words}' >&2; exit 1;; esac\nexec '${agent}' "$@"\n`,
  );
  return { command, starts: () => readFileSync(log, 'utf8').split('\n').length - 1 };
}

async function refused(words: string) {
  const { command, starts } = refusing(words);
  const guard = await simulatedGuard({ GUARDED_CLAUDE_COMMAND: command });
  await guard.submit('please go on');
  await guard.terminal.waitFor(finished);
  await guard.until('the turn is over', () => guard.status()?.state === 'idle');
  guard.trigger('die');
  const { code } = await guard.terminal.exited;
  expect(starts()).toBe(1);
  expect(code).toBe(1);
  expect(readIncidents(guard.state).at(-1)?.outcome).toBe('gave_up');
  return guard.terminal.text().replace(/\s+/g, ' ');
}

test('running in the background: how to attach to it, and how to fork', async () => {
  const text = await refused(inBackground);
  expect(text).toContain('`claude agents` finds it and attaches to it');
  expect(text).not.toContain('another version');
  expect(text.replaceAll(' ', '')).toMatch(/--resume[\w-]+--fork-session/); // the screen wraps it anywhere
});

test('for an unknown reason: another version may start', async () => {
  expect(await refused('No conversation found')).toContain('another version of it may start');
});
