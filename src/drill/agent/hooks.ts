/** Runs the hooks of the settings: shell commands that get the event as JSON on standard input. */
import { spawn } from 'node:child_process';
import type { Settings } from './arguments.ts';

export interface HookContext {
  /** User settings first, then those of the command line; their hooks are concatenated. */
  readonly settings: readonly Settings[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly common: () => Readonly<Record<string, unknown>>;
}

export type HookEvent =
  | 'SessionStart'
  | 'SessionEnd'
  | 'UserPromptSubmit'
  | 'PreToolUse'
  | 'PostToolUse'
  | 'PostToolUseFailure'
  | 'PermissionRequest'
  | 'Stop'
  | 'StopFailure'
  | 'PreCompact'
  | 'PostCompact';

function runOne(command: string, context: HookContext, payload: string, extraEnv: object): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], {
      cwd: context.cwd,
      env: { ...context.env, CLAUDE_PROJECT_DIR: context.cwd, ...extraEnv },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
    child.stdin.on('error', () => {}); // a hook need not read its input
    child.stdin.end(payload);
  });
}

/**
 * Runs every hook of the event, and waits until all have ended. A hook's matcher is applied to the tool's name, or to
 * how the session began.
 */
export async function runHooks(
  event: HookEvent,
  context: HookContext,
  fields: Readonly<Record<string, unknown>>,
  extraEnv: Readonly<Record<string, string>> = {},
): Promise<void> {
  const payload = JSON.stringify({ ...context.common(), hook_event_name: event, ...fields });
  const subject = String(fields.tool_name ?? fields.source ?? '');
  const commands = context.settings
    .flatMap((settings) => settings.hooks?.[event] ?? [])
    .filter(
      ({ matcher }) =>
        !matcher || matcher === '*' || !subject || new RegExp(`^(?:${matcher})$`).test(subject),
    )
    .flatMap(({ hooks }) => hooks)
    .filter(({ type }) => type === 'command');
  await Promise.all(commands.map(({ command }) => runOne(command, context, payload, extraEnv)));
}
