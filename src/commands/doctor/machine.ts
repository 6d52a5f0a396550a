/** Checks on node, the pseudo-terminal, the person's terminal, tmux and the clock. */
import { statSync } from 'node:fs';
import type { Variables } from '../../agents/contract/invocation.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { inputIsNoTerminal, type Streams, wayThrough } from '../../platform/streams.ts';
import { terminalStyle } from '../../words/terminal-style.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

/** The launcher has refused one that is too old. */
export function nodeVersion(): Finding {
  return ok('node', `${process.versions.node} (${process.execPath})`);
}

/** Runs `test -t 1` in a real pseudo-terminal. */
export async function pseudoTerminal(): Promise<Finding> {
  const remedy =
    'install the package again for this machine ("npm ci"); node-pty needs glibc 2.28 or newer on Linux';
  try {
    const { openPty } = await import('../../terminal/pty.ts');
    const pty = openPty({
      file: '/bin/sh',
      args: ['-c', 'test -t 0 && test -t 1'],
      env: { PATH: process.env.PATH },
      cwd: '/',
      columns: 80,
      rows: 24,
      generation: 0,
    });
    pty.onOutput(() => {});
    const exit = await new Promise<{ code: number | null }>((resolve) => pty.onExit(resolve));
    pty.close();
    return exit.code === 0 ? ok('pty', 'works') : problem('pty', 'a program in it sees no terminal', remedy);
  } catch (error) {
    return problem(
      'pty',
      `cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      remedy,
    );
  }
}

/** @param streams what our own are: an agent that is started like this command would get the same */
export function ownTerminal(
  env: Variables,
  isGuardedInPipes: boolean,
  streams: Streams = ownStreams(),
): Finding {
  const way = wayThrough(streams);
  if (way === 'plain') return note('terminal', inputIsNoTerminal);
  if (way === 'print')
    return note(
      'terminal',
      `the output is none: started like this, the agent would ${isGuardedInPipes ? 'be guarded in its pipes' : 'run unguarded'}`,
    );
  const { unicode } = terminalStyle(env, process.stdout);
  const size = `${process.stdout.columns}x${process.stdout.rows}`;
  if (env.TERM === undefined || env.TERM === 'dumb') {
    return warning('terminal', `TERM=${env.TERM ?? ''}, ${size}`, 'set TERM to match your terminal');
  }
  if (!unicode)
    return warning('terminal', `${env.TERM}, ${size}, no UTF-8 locale`, 'set LANG to a UTF-8 locale');
  return ok('terminal', `${env.TERM}, ${size}, UTF-8`);
}

const ownStreams = (): Streams => ({ input: process.stdin.isTTY, output: process.stdout.isTTY });

interface TmuxOption {
  readonly option: string;
  readonly isGood: (value: string) => boolean;
  readonly cost: string;
  /** Arguments of `tmux set`. */
  readonly set: string;
}

const tmuxOptions: readonly TmuxOption[] = [
  {
    option: 'set-titles',
    isGood: (value) => value === 'on',
    cost: 'the outer terminal shows no title',
    set: '-g set-titles on',
  },
  {
    option: 'allow-passthrough',
    isGood: (value) => value !== 'off',
    cost: 'no desktop notifications',
    set: '-g allow-passthrough on',
  },
  {
    option: 'escape-time',
    isGood: (value) => Number(value) <= 100,
    cost: 'Esc is slow',
    set: '-s escape-time 10',
  },
  {
    option: 'focus-events',
    isGood: (value) => value === 'on',
    cost: 'the agent does not see the focus',
    set: '-g focus-events on',
  },
];

export async function tmux(env: Variables): Promise<Finding[]> {
  if (env.TMUX === undefined || env.TMUX === '') return [note('tmux', 'not inside tmux')];
  const { execa } = await import('execa');
  const show = async (option: string) => {
    const run = { reject: false, timeout: 2_000, stdin: 'ignore' } as const;
    // -A includes inherited values; the pane knows the options of every level.
    const result = await execa('tmux', ['show-options', '-pAqv', option], run);
    if (result.stdout !== '') return result.stdout;
    const server = await execa('tmux', ['show-options', '-sqv', option], run);
    return server.stdout !== ''
      ? server.stdout
      : (await execa('tmux', ['show-options', '-gqv', option], run)).stdout;
  };
  const version = await execa('tmux', ['-V'], { reject: false, timeout: 2_000, stdin: 'ignore' });
  if (version.failed) return [warning('tmux', 'TMUX is set, but tmux cannot be run', 'put tmux on PATH')];
  const findings: Finding[] = [ok('tmux', version.stdout)];
  for (const { option, isGood, cost, set } of tmuxOptions) {
    const value = await show(option);
    if (value === '' || isGood(value)) continue; // an older tmux does not know the option
    findings.push(warning(`tmux ${option}`, `${value}: ${cost}`, `tmux set ${set}`));
  }
  return findings;
}

/** TLS fails if the clock is far behind. It should be no earlier than the files that we have written. */
export function clock(state: StatePaths): Finding {
  const written = [new URL(import.meta.url), state.incidents, state.sessions].flatMap(
    (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? [],
  );
  const aheadMs = Math.max(...written) - Date.now();
  if (aheadMs < 120_000) return ok('clock', new Date().toISOString());
  return problem(
    'clock',
    `it is ${new Date().toISOString()}, but a file of ours was written ${Math.round(aheadMs / 60_000)} min later`,
    'set the clock (timedatectl set-ntp true); certificates fail with a wrong one',
  );
}
