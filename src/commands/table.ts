/**
 * The only table of `guardctl` commands; dispatch, help, suggestions and shell completion are made from it. A command
 * is imported when it is called.
 */
import { nearest } from '../config/nearest.ts';
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
  {
    name: 'sessions',
    usage: '[--json]',
    help: 'guarded sessions on this machine: running, and ended within a day',
    options: ['--json'],
    words: [],
    load: () => import('./sessions.ts'),
  },
  {
    name: 'watch',
    usage: '[--plain]',
    help: 'all sessions, live, with keys to inspect and help them; --plain for a screen reader',
    options: ['--plain'],
    words: [],
    load: () => import('./watch.ts'),
  },
  {
    name: 'incidents',
    usage: '[ID] [--json]',
    help: 'what froze, what was done, how it ended; with an ID: the whole story',
    options: ['--json'],
    words: ['incident'],
    load: () => import('./incidents.ts'),
  },
  {
    name: 'report',
    usage: 'ID [--cast]',
    help: 'one incident as Markdown for a bug report, private details removed; --cast: with the recording of the terminal',
    options: ['--cast'],
    words: ['incident'],
    load: () => import('./report.ts'),
  },
  {
    name: 'status',
    usage: '[--tmux]',
    help: 'one line about all running sessions, for a prompt or a status bar',
    options: ['--tmux'],
    words: [],
    load: () => import('./status.ts'),
  },
  {
    name: 'repair',
    usage: 'SESSION|FILE [--dry-run] [--reconnect] [--json]',
    help: 'repairs a damaged conversation file, even one that the guard never saw; the original is kept; --dry-run only says what it would do, --reconnect also brings back what came before a message that starts over',
    options: ['--dry-run', '--reconnect', '--json'],
    words: ['session'],
    load: () => import('./repair.ts'),
  },
  {
    name: 'health',
    usage: '[SESSION] [--json]',
    help: 'for probes: exits with 0 if well, 1 if help is needed or SESSION has ended, 3 if there is no such session',
    options: ['--json'],
    words: ['session'],
    load: () => import('./health.ts'),
  },
  {
    name: 'doctor',
    usage: '[--network] [--json]',
    help: 'checks this machine and says what to do; --network also tries to reach the API host',
    options: ['--network', '--json'],
    words: [],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'replay',
    usage: 'JOURNAL|RUN [--json]',
    help: "plays a journal through today's code: what it would decide, and where that differs from then",
    options: ['--json'],
    words: ['session'],
    load: () => import('./replay.ts'),
  },
  {
    name: 'drill',
    usage: '[SCENARIO] [--agent real|simulated] [--json]',
    help: 'freezes an agent in every way, in a throw-away home against a simulated API, and shows the cures',
    options: ['--agent', '--json'],
    words: ['scenario'],
    load: () => import('./drill.ts'),
  },
  {
    name: 'restore',
    usage: '[--dry-run] [--json]',
    help: 'brings the sessions of a lost tmux server back into their panes; --dry-run only says what it would do',
    options: ['--dry-run', '--json'],
    words: [],
    load: () => import('./restore.ts'),
  },
  {
    name: 'tunnel',
    usage: '[status] [--stay] [--json]',
    help: 'runs the service that protects the connections of background sessions; it starts by itself when it is needed; --stay: keeps running while nobody needs it; status: which sessions it serves',
    options: ['--stay', '--json'],
    words: [['status']],
    load: () => import('./tunnel.ts'),
  },
  {
    name: 'config',
    usage: '[get KEY | set KEY VALUE | path] [--json]',
    help: 'shows every setting and where it comes from; changes the file',
    options: ['--json'],
    words: [['get', 'set', 'path'], 'key'],
    load: () => import('./config.ts'),
  },
  {
    name: 'init',
    usage: 'bash|zsh|fish [--write | --remove]',
    help: 'prints the alias and the completion for a shell; --write puts them into its start file',
    options: ['--write', '--remove'],
    words: [['bash', 'zsh', 'fish']],
    load: () => import('./init.ts'),
  },
];

/** Called by completion, not by people, so it is not listed. */
const words: Command = {
  name: 'words',
  usage: 'session|incident|key|scenario',
  help: 'words for completion',
  options: [],
  words: [],
  load: () => import('./words.ts'),
};

export function findCommand(name: string): Command | null {
  return [...commands, words].find((command) => command.name === name) ?? null;
}

/** The whole help, or one command's. */
export function helpText(command: Command | null): string {
  if (command !== null) return `guardctl ${command.name} ${command.usage}\n\n  ${command.help}\n`;
  const width = Math.max(...commands.map(({ name, usage }) => name.length + usage.length)) + 2;
  const lines = commands.map(({ name, usage, help }) => {
    const head = `${name} ${usage}`;
    return head.length < 30
      ? `  ${head.padEnd(Math.min(width, 30))}${help}`
      : `  ${head}\n${' '.repeat(32)}${help}`;
  });
  return [
    'guardctl: the companion of guarded-claude',
    '',
    ...lines,
    '',
    '  help [COMMAND], --version',
    '',
  ].join('\n');
}

export function unknownCommand(name: string): string {
  const guess = nearest(name, [...commands.map((command) => command.name), 'help']);
  const hint = guess === null ? '' : `; did you mean ${guess}?`;
  return `guardctl: ${JSON.stringify(name)} is not a command${hint}\nTry: guardctl help\n`;
}
