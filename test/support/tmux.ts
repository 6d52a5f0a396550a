/** A terminal that people use: tmux on a server of its own, with nothing of the surroundings in it. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Tmux {
  /** Bytes for the program, as if typed. */
  type(bytes: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** The pane with its colours, once it has not changed for half a second and shows `what`. @throws what it shows. */
  settledOn(what: RegExp, timeoutMs?: number): Promise<string>;
  /** Title and modes, as tmux knows them. */
  state(): Promise<string>;
  close(): void;
}

export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V']);
    return true;
  } catch {
    return false;
  }
}

/** @param command a shell command line */
export async function openTmux(
  command: string,
  {
    env,
    cwd,
    columns = 100,
    rows = 30,
  }: { env: Readonly<Record<string, string>>; cwd: string; columns?: number; rows?: number },
): Promise<Tmux> {
  const server = `guarded-${randomBytes(6).toString('hex')}`;
  const tmux = async (...args: string[]) =>
    (
      await run('tmux', ['-L', server, '-f', '/dev/null', ...args], {
        env: { ...env, SHELL: '/bin/sh' },
        cwd,
      })
    ).stdout;
  await tmux('new-session', '-d', '-s', 'main', '-x', `${columns}`, '-y', `${rows}`, '-c', cwd, command);
  await tmux('set', '-g', 'status', 'off');
  await tmux('set', '-g', 'window-size', 'manual');
  await tmux('resize-window', '-t', 'main', '-x', `${columns}`, '-y', `${rows}`);
  const capture = () => tmux('capture-pane', '-p', '-e', '-t', 'main');
  return {
    async type(bytes) {
      const hex = [...Buffer.from(bytes)].map((byte) => byte.toString(16).padStart(2, '0'));
      await tmux('send-keys', '-t', 'main', '-H', ...hex);
    },
    async resize(nextColumns, nextRows) {
      await tmux('resize-window', '-t', 'main', '-x', `${nextColumns}`, '-y', `${nextRows}`);
    },
    async settledOn(what, timeoutMs = 30_000) {
      let last = '';
      for (const until = Date.now() + timeoutMs; Date.now() < until; ) {
        const now = await capture();
        if (now === last && what.test(now)) return now;
        last = now;
        await sleep(500);
      }
      throw new Error(`the pane did not settle on ${what} in ${timeoutMs} ms:\n${last}`);
    },
    state: () =>
      tmux(
        'display',
        '-p',
        '-t',
        'main',
        '#{pane_title}|#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{mouse_sgr_flag} #{keypad_flag} #{keypad_cursor_flag} #{wrap_flag} #{scroll_region_upper} #{scroll_region_lower}',
      ),
    close() {
      try {
        execFileSync('tmux', ['-L', server, 'kill-server'], { stdio: 'ignore' });
      } catch {
        // gone with its last window
      }
    },
  };
}
