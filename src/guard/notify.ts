/**
 * Notifies a person who is looking elsewhere: with a desktop notification, sent through the terminal (OSC 9, 99 or 777)
 * or else by a program of the desktop; with the bell; and with the person's own command, which gets the incident on
 * standard input. None of this blocks, fails the session, or notifies twice about the same thing.
 */
import type { Config } from '../config/schema.ts';
import type { IncidentRecord } from '../records/incidents.ts';
import { causeWords } from '../words/cause.ts';
import { oneLine } from '../words/terminal-style.ts';

type Environment = Readonly<Record<string, string | undefined>>;
export type Occasion = 'blocked' | 'recovered' | 'gave-up';

export interface NotifierOptions {
  /** The agent's name for the person. */
  readonly agentName: string;
  /** Something can be resumed if the agent has stopped for good. */
  readonly isResumable: () => boolean;
  readonly config: Config['notify'];
  readonly env: Environment;
  /** Writes bytes to the person's terminal between two sequences of the agent. Null: there is no terminal. */
  readonly write: ((bytes: string) => void) | null;
  readonly onFailure: (detail: string) => void;
}

export interface Notifier {
  /** @param cause the class of what the person is told about */
  notify(occasion: Occasion, incident: IncidentRecord, cause: string): void;
  /** To be called before the process ends. Resolves once all started programs have ended, or after `timeoutMs`. */
  settle(timeoutMs: number): Promise<void>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { agentName, isResumable, config, env, write, onFailure } = options;
  const told = new Set<string>();
  const running = new Set<Promise<void>>();
  const run = (command: readonly string[], input: string | null, failed: (detail: string) => void) => {
    const ended: Promise<void> = execute(command, input, env)
      .catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)))
      .finally(() => running.delete(ended));
    running.add(ended);
  };
  const notify: Notifier['notify'] = (occasion, incident, cause) => {
    const key = `${incident.id} ${occasion}`;
    if (told.has(key)) return;
    told.add(key);
    const { title, body } = words(agentName, occasion, cause, isResumable());
    const sequence = config.desktop && write !== null ? terminalNotification(title, body, env) : null;
    if (write !== null) write((sequence ?? '') + (config.bell ? '\x07' : ''));
    // Only one of the two, so that nothing is notified twice.
    const program = config.desktop && sequence === null ? desktopCommand(title, body, env) : null;
    if (program !== null) run(program, null, () => {}); // it is no failure if the desktop lacks that program
    if (config.on_incident !== null) {
      const failed = (detail: string) => onFailure(`on_incident: ${detail}`);
      run(['/bin/sh', '-c', config.on_incident], JSON.stringify(incident), failed);
    }
  };
  const settle: Notifier['settle'] = async (timeoutMs) => {
    if (running.size === 0) return;
    const late = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
    await Promise.race([Promise.all(running), late]);
  };
  return { notify, settle };
}

function words(
  agentName: string,
  occasion: Occasion,
  cause: string,
  resumable: boolean,
): { title: string; body: string } {
  const { headline, noun } = causeWords(cause);
  switch (occasion) {
    case 'blocked':
      return { title: `${agentName} needs you`, body: headline };
    case 'recovered':
      return { title: `${agentName} carries on`, body: `Recovered from ${noun}.` };
    case 'gave-up': {
      const body = resumable ? `${headline} The session can be resumed by hand.` : headline;
      return { title: `${agentName} has stopped`, body };
    }
  }
}

/**
 * The sequence that this terminal shows as a notification; null if none is known to work. 99 is kitty's, 777 is rxvt's
 * (foot, Ghostty and WezTerm have adopted it), 9 is iTerm2's.
 */
export function terminalNotification(title: string, body: string, env: Environment): string | null {
  const safe = [title, body].map((text) => oneLine(text).replaceAll(';', ','));
  const sequence = sequenceFor(safe[0] ?? '', safe[1] ?? '', env);
  if (sequence === null) return null;
  if (inTmux(env)) return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
  return sequence;
}

function sequenceFor(title: string, body: string, env: Environment): string | null {
  const program = env.TERM_PROGRAM ?? '';
  const term = env.TERM ?? '';
  if (env.STY !== undefined) return null; // GNU screen
  if (env.KITTY_WINDOW_ID !== undefined || term === 'xterm-kitty') {
    return `\x1b]99;i=guard:d=0;${title}\x1b\\\x1b]99;i=guard:p=body;${body}\x1b\\`;
  }
  if (
    /^(foot|rxvt|xterm-ghostty)/.test(term) ||
    /^(ghostty|WezTerm)$/.test(program) ||
    env.WEZTERM_PANE !== undefined
  ) {
    return `\x1b]777;notify;${title};${body}\x1b\\`;
  }
  if (program === 'iTerm.app' || env.LC_TERMINAL === 'iTerm2') return `\x1b]9;${title}: ${body}\x1b\\`;
  return null;
}

const inTmux = (env: Environment) => env.TMUX !== undefined && env.TMUX !== '';

/** A program of the local desktop. Over SSH, it would notify on the wrong machine. */
function desktopCommand(title: string, body: string, env: Environment): readonly string[] | null {
  if (env.SSH_CONNECTION !== undefined) return null;
  if (process.platform === 'darwin') {
    const script = [
      'on run argv',
      'display notification (item 2 of argv) with title (item 1 of argv)',
      'end run',
    ];
    return ['osascript', ...script.flatMap((line) => ['-e', line]), title, body];
  }
  if (env.DISPLAY === undefined && env.WAYLAND_DISPLAY === undefined) return null;
  return ['notify-send', '--app-name=guarded-claude', title, body];
}

const maxMs = 30_000;

async function execute(command: readonly string[], input: string | null, env: Environment): Promise<void> {
  const { execa } = await import('execa'); // takes 60 ms, so it is loaded only for a notification
  const [file = '', ...args] = command;
  const result = await execa(file, args, {
    env: { ...env },
    extendEnv: false,
    input: input ?? '',
    stdout: 'ignore',
    stderr: 'ignore',
    timeout: maxMs,
    cleanup: false,
    reject: false,
  });
  if (result.failed) throw new Error(endOf(result));
}

interface Ended {
  readonly timedOut: boolean;
  readonly signal?: string;
  readonly exitCode?: number;
  readonly code?: string | undefined;
}

/** Without the command: it may contain a password, and journals are shared. */
function endOf({ timedOut, signal, exitCode, code }: Ended): string {
  if (timedOut) return `took longer than ${maxMs / 1000} s`;
  if (signal !== undefined) return `ended by ${signal}`;
  return exitCode === undefined
    ? `could not be started (${code ?? 'unknown cause'})`
    : `exit code ${exitCode}`;
}
