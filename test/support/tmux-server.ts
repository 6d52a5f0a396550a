/** A real tmux server on a socket of the test's own, ended with the test. */
import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, vi } from 'vitest';
import { isAlive } from '../../src/platform/process-identity.ts';
import { descendants } from '../../src/platform/process-tree.ts';

export interface TmuxServer {
  /** Runs a tmux command; returns its standard output. Throws with tmux's words. */
  run(...args: readonly string[]): string;
  /** What the pane shows. */
  screen(pane: string): string;
  kill(): void;
}

/** @param env the environment of everything that is started in the server. */
export function tmuxServer(folder: string, env: Readonly<Record<string, string>>): TmuxServer {
  const all = {
    ...env,
    TMUX_TMPDIR: folder,
    SHELL: '/bin/bash',
    HISTFILE: '/dev/null',
    TERM: 'xterm-256color',
  };
  const run = (...args: readonly string[]) =>
    execFileSync('tmux', ['-L', 'guarded-test', '-f', '/dev/null', ...args], {
      env: all,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 10_000,
    }).trimEnd();
  const kill = () => {
    try {
      run('kill-server');
    } catch {
      // gone already
    }
  };
  const inPanes = () => {
    try {
      return descendants(Number(run('display-message', '-p', '#{pid}')));
    } catch {
      return []; // the server is gone
    }
  };
  /** A guard that is hung up on ends its agent first, and writes down how the run ended. */
  onTestFinished(async () => {
    const inside = inPanes();
    kill();
    await vi.waitFor(() => expect(inside.filter(isAlive)).toEqual([]), { timeout: 20_000 });
  });
  return { run, screen: (pane) => run('capture-pane', '-p', '-t', pane), kill };
}
