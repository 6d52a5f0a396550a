import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markOn, ownMark, runVariable } from '../../src/platform/run-mark.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';
import { openRawTerminal } from '../support/raw-terminal.ts';

const guard = guardBin;

test('no mark', () => expect(markOn({})).toBe('none'));

test('a process is not inside itself, and a run without a guard around it is a leftover', () => {
  expect(markOn(ownMark('run'))).toBe('leftover');
  expect(markOn({ [runVariable]: 'run' })).toBe('leftover');
});

/** A guard over a script in place of the agent. */
function guarded(script: string, settings: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const text = `#!/bin/sh\n[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }\n${script}\n`;
  const env = {
    HOME: folder,
    GUARDED_CLAUDE_COMMAND: writeScript(join(folder, 'agent'), text),
    XDG_STATE_HOME: folder,
    XDG_CONFIG_HOME: folder,
    ...settings,
  };
  return openRawTerminal([process.execPath, guard], { env, cwd: folder });
}

const stateOfMark = 'printf "run=%s;" "$GUARDED_CLAUDE_RUN"';

test('a guard that is started below the agent of another one does nothing', async () => {
  const inner = 'if [ -z "$INNER" ]; then INNER=1 $GUARD; fi';
  const terminal = guarded(`${stateOfMark}; ${inner}`, { GUARD: `${process.execPath} ${guard}` });
  await terminal.exited;
  const runs = [...terminal.output().matchAll(/run=([^;]*);/g)].map(([, run]) => run);
  expect(new Set(runs).size).toBe(1);
  expect(runs).toHaveLength(2);
  expect(terminal.output()).not.toContain('guarded anyway');
});

test('a mark left behind by a run that is over switches nothing off, and this is said once', async () => {
  const dead = spawnSync('/bin/sh', ['-c', 'echo $$']).stdout.toString().trim();
  const terminal = guarded(stateOfMark, { GUARDED_CLAUDE_RUN: 'old', GUARDED_CLAUDE_GUARD: `${dead} 1` });
  await terminal.exited;
  expect(terminal.output()).toMatch(/run=(?!old;)[^;]+;/);
  expect(terminal.output().match(/guarded anyway/g)).toHaveLength(1);
});

test('the mark of a living guard that is not around us: nothing claims that it has ended', async () => {
  const living = guarded('printf "mark=%s;" "$GUARDED_CLAUDE_GUARD"; exec sleep 60');
  await living.waitFor(/mark=[^;]+;/);
  const mark = /mark=([^;]+);/.exec(living.output())?.[1] ?? '';
  const terminal = guarded(stateOfMark, { GUARDED_CLAUDE_RUN: 'other', GUARDED_CLAUDE_GUARD: mark });
  await terminal.exited;
  living.pty.kill('SIGTERM');
  await living.exited;
  expect(terminal.output()).toMatch(/run=(?!other;)[^;]+;/);
  expect(terminal.output()).toContain('started by another guarded session; guarded anyway');
  expect(terminal.output()).not.toContain('ended');
});
