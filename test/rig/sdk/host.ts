/**
 * A host of the real Agent SDK, with the agent under the guard or alone; its messages are what `for await` gives it.
 * The package comes from the registry, like the agents; it brings no agent of its own here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Sandbox } from '../../../src/drill/sandbox.ts';
import { type SpawnOptions, spawnGuarded } from '../../../src/sdk/index.ts';
import { fetchPackage } from '../matrix/versions.ts';

export const sdkVersion = '0.3.332';
const packages = [
  `@anthropic-ai/claude-agent-sdk@${sdkVersion}`,
  '@anthropic-ai/sdk@1.14.0',
  '@modelcontextprotocol/sdk@1.32.2',
  'zod@4.6.7',
];

export const sdkPath = (): string | null =>
  fetchPackage(
    `sdk-${sdkVersion}`,
    packages.join(' '),
    'node_modules/@anthropic-ai/claude-agent-sdk/sdk.mjs',
    ['--omit=optional', '--legacy-peer-deps'],
  );

/** Where it runs: the agent's executable, and the environment of whoever starts it. */
export interface Place {
  readonly sandbox: Sandbox;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Message {
  readonly type: string;
  readonly subtype?: string;
  readonly session_id?: string;
  readonly is_error?: boolean;
  /** The text of a result. */
  readonly result?: string;
}

export interface Host {
  readonly messages: readonly Message[];
  readonly child: () => ChildProcess;
  /** The host has nothing more to say. */
  close(): void;
  /** Says this to the agent. */
  say(text: string): void;
  readonly abort: AbortController;
  readonly query: {
    interrupt(): Promise<void>;
    setModel(model: string): Promise<void>;
    /** Resolves once the agent has said what it can do. */
    initializationResult(): Promise<unknown>;
  };
  /** Resolves when `for await` has ended; to the error with which it did. */
  readonly ended: Promise<Error | null>;
}

export interface HostOptions {
  readonly guarded?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** More of the SDK's options. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Starts an agent with the SDK, which is told `prompts` and keeps its input open until `close`. */
export async function startHost(
  { sandbox, command, env }: Place,
  prompts: readonly string[],
  { guarded = true, settings = {}, options = {} }: HostOptions = {},
): Promise<Host> {
  const { query } = await import(sdkPath() ?? '');
  const queue = [...prompts];
  let wake = () => {};
  let isClosed = false;
  let child: ChildProcess | undefined;
  async function* said() {
    for (;;) {
      const text = queue.shift();
      if (text !== undefined)
        yield { type: 'user', parent_tool_use_id: null, message: { role: 'user', content: text } };
      else if (isClosed) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  const abort = new AbortController();
  const running = query({
    prompt: said(),
    options: {
      cwd: sandbox.project,
      env: { ...env, ...settings },
      pathToClaudeCodeExecutable: command,
      abortController: abort,
      settingSources: ['user'],
      spawnClaudeCodeProcess(given: SpawnOptions) {
        child = guarded
          ? spawnGuarded(given)
          : spawn(given.command, given.args, {
              ...given,
              env: { ...given.env },
              stdio: ['pipe', 'pipe', 'inherit'],
            });
        return child;
      },
      ...options,
    },
  });
  const messages: Message[] = [];
  const ended = (async () => {
    try {
      for await (const message of running) messages.push(message);
      return null;
    } catch (error) {
      return error as Error;
    }
  })();
  return {
    messages,
    child: () => child as ChildProcess,
    close() {
      isClosed = true;
      wake();
    },
    say(text) {
      queue.push(text);
      wake();
    },
    abort,
    query: running,
    ended,
  };
}
