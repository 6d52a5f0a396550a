/** The real guard in print mode around an agent that is a script of a test's, in a throw-away home. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Api, startApi } from '../../src/drill/api/api.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { type IncidentRecord, readIncidents } from '../../src/records/incidents.ts';
import type { JournalEntry } from '../../src/records/journal.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { type PersonCommand, sendCommand } from '../../src/sensors/commands.ts';
import { writeScript } from './folder.ts';
import { patience } from './guarded.ts';
import { guardBin } from './places.ts';

const guard = guardBin;

export interface ScriptedOptions {
  readonly args?: readonly string[];
  readonly input?: string | Buffer | 'open';
  readonly settings?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
}

export interface Scripted {
  readonly child: ChildProcess;
  stdout(): string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export interface ScriptedWorld {
  readonly api: Api;
  readonly sandbox: Sandbox;
  /** The agent's file. */
  readonly agent: string;
  starts(): number;
  run(options?: ScriptedOptions): Scripted;
  /** What the person asks of the guard from outside. */
  command(command: PersonCommand): void;
  status(): Status | null;
  incidents(): readonly IncidentRecord[];
  journal(): readonly JournalEntry[];
}

/**
 * @param body of a `sh` script, which counts its starts: `$start` is 1 in the first agent, and `$home` a folder for
 *   what it leaves behind; `record "$@"` puts the prompt on record
 */
export async function scripted(body: string, version = '2.1.329'): Promise<ScriptedWorld> {
  const sandbox = createSandbox();
  const api = await startApi({ enforceRules: true });
  onTestFinished(async () => {
    await api.stop();
    sandbox.remove();
  });
  const agent = writeScript(
    join(sandbox.root, 'claude'),
    `#!/bin/sh
[ "$1" = --version ] && exec echo '${version} (Claude Code)'
home='${sandbox.home}'
echo start >>"$home/starts"
start=$(grep -c . "$home/starts")
record() {
  id=$(echo "$*" | sed 's/.*--session-id \\([^ ]*\\).*/\\1/')
  mkdir -p "$CLAUDE_CONFIG_DIR/projects/p"
  echo '{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"'$id'","message":{"role":"user","content":"hello"}}' >"$CLAUDE_CONFIG_DIR/projects/p/$id.jsonl"
}
${body}
`,
  );
  const env = agentEnvironment(sandbox, gatewayVariables(api.url), {
    ...patience,
    GUARDED_CLAUDE_COMMAND: agent,
  });
  const state = statePaths(env);
  const status = () => readSessions(state).at(-1)?.status ?? null;
  return {
    api,
    sandbox,
    agent,
    starts: () => readFileSync(join(sandbox.home, 'starts'), 'utf8').split('\n').length - 1,
    command: (command) => sendCommand(runPaths(state, status()?.run ?? ''), command),
    status,
    incidents: () => readIncidents(state),
    journal: () =>
      readJournal(runPaths(state, status()?.run ?? '').journal).flatMap(({ entries }) => entries),
    run({ args = ['-p', 'hello'], input = '', settings = {}, stdio = 'pipe' } = {}) {
      const child = spawn(process.execPath, [guard, ...args], {
        cwd: sandbox.project,
        env: { ...env, ...settings },
        stdio,
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      child.stdin?.on('error', () => {});
      if (input !== 'open') child.stdin?.end(input);
      const out: Buffer[] = [];
      const error: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => error.push(chunk));
      const stdout = () => Buffer.concat(out).toString('utf8');
      const ended = once(child, 'close').then(([code, signal]) => ({
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: stdout(),
        stderr: Buffer.concat(error).toString('utf8'),
      }));
      return { child, stdout, ended };
    },
  };
}
