/** The arguments that the simulated agent understands: those that a guard or a person uses with the real one. */
import { readFileSync } from 'node:fs';

/** Options with a value that the simulated agent has to skip. */
const valued = [
  '--session-id',
  '--settings',
  '--model',
  '--permission-mode',
  '--add-dir',
  '--append-system-prompt',
];

export interface AgentArguments {
  readonly version: boolean;
  readonly help: boolean;
  readonly print: boolean;
  readonly sessionId: string | null;
  readonly resume: string | null;
  readonly continues: boolean;
  readonly settings: string | null;
  readonly prompt: string | null;
}

export function readArguments(args: readonly string[]): AgentArguments {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let prompt: string | null = null;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      prompt ??= args[index + 1] ?? null;
      break;
    }
    const [name = '', inline] = arg.startsWith('--') && arg.includes('=') ? splitOnce(arg) : [arg];
    if (valued.includes(name) || name === '--resume' || name === '-r') {
      const value = inline ?? args[++index];
      if (value !== undefined) values.set(name === '-r' ? '--resume' : name, value);
    } else if (arg.startsWith('-')) flags.add(arg);
    else prompt ??= arg;
  }
  return {
    version: flags.has('--version') || flags.has('-v'),
    help: flags.has('--help') || flags.has('-h'),
    print: flags.has('-p') || flags.has('--print'),
    sessionId: values.get('--session-id') ?? null,
    resume: values.get('--resume') ?? null,
    continues: flags.has('--continue') || flags.has('-c'),
    settings: values.get('--settings') ?? null,
    prompt,
  };
}

function splitOnce(arg: string): readonly [string, string] {
  const at = arg.indexOf('=');
  return [arg.slice(0, at), arg.slice(at + 1)];
}

export interface HookCommand {
  readonly type: string;
  readonly command: string;
  readonly timeout?: number;
}
export interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: { readonly defaultMode?: string; readonly allow?: readonly string[] };
  readonly hooks?: Readonly<
    Record<string, readonly { readonly matcher?: string; readonly hooks: readonly HookCommand[] }[]>
  >;
}

/** @throws if the text is neither JSON nor the name of a readable file; the real agent then ends */
export function readSettings(value: string): Settings {
  const text = value.trimStart().startsWith('{') ? value : readFileSync(value, 'utf8');
  return JSON.parse(text) as Settings;
}
