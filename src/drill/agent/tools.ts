/** The three tools of the simulated agent. A command leads a session of its own, as in the real agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export interface ToolResult {
  readonly text: string;
  readonly failed: boolean;
}
export interface RunningTool {
  readonly result: Promise<ToolResult>;
  /** Ends a command and everything that it has started. Other tools cannot be stopped. */
  stop(): void;
}

const toolNames = ['Bash', 'Read', 'Write'] as const;

/** How the tools are described to the API. */
export const toolDescriptions = toolNames.map((name) => ({
  name,
  description: `The simulated ${name} tool`,
  input_schema: { type: 'object', properties: {} },
}));

function runCommand(command: string, cwd: string, env: NodeJS.ProcessEnv): RunningTool {
  const setUp = env.CLAUDE_ENV_FILE ? '[ -f "$CLAUDE_ENV_FILE" ] && . "$CLAUDE_ENV_FILE"\n' : '';
  const child: ChildProcess = spawn('sh', ['-c', `${setUp}${command}`], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const collect = (piece: Buffer) => {
    text += piece.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const result = new Promise<ToolResult>((settle) => {
    child.once('error', (error) => settle({ text: error.message, failed: true }));
    child.once('close', (code, signal) =>
      settle({
        text: text.trimEnd() || (code === 0 ? '' : `Exit code ${code ?? signal}`),
        failed: code !== 0,
      }),
    );
  });
  return {
    result,
    stop() {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the command has just ended by itself
      }
    },
  };
}

function attempt(work: () => string): RunningTool {
  try {
    return { result: Promise.resolve({ text: work(), failed: false }), stop() {} };
  } catch (error) {
    return { result: Promise.resolve({ text: String(error), failed: true }), stop() {} };
  }
}

/** Starts a tool. An unknown one fails at once. */
export function runTool(
  name: string,
  input: Readonly<Record<string, unknown>>,
  cwd: string,
  env: NodeJS.ProcessEnv,
): RunningTool {
  const path = () => resolve(cwd, String(input.file_path ?? ''));
  switch (name) {
    case 'Bash':
      return runCommand(String(input.command ?? ''), cwd, env);
    case 'Read':
      return attempt(() => readFileSync(path(), 'utf8'));
    case 'Write':
      return attempt(() => {
        mkdirSync(dirname(path()), { recursive: true });
        writeFileSync(path(), String(input.content ?? ''));
        return `File created successfully at: ${path()}`;
      });
    default:
      return {
        result: Promise.resolve({ text: `No such tool available: ${name}`, failed: true }),
        stop() {},
      };
  }
}
