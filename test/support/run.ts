/** The parts of a run without an agent, made as a real start makes them, in a folder of its own. */
import { claudeCode } from '../../src/agents/claude-code/index.ts';
import type { AgentVersion } from '../../src/agents/contract/version.ts';
import { defaults } from '../../src/config/schema.ts';
import type { Observation } from '../../src/events.ts';
import { type Agent, createAgent } from '../../src/guard/agent.ts';
import type { Body } from '../../src/guard/body.ts';
import { type Conversation, createConversation } from '../../src/guard/conversation.ts';
import type { Launch, Run } from '../../src/guard/run.ts';
import { openProgram } from '../../src/guard/start/program.ts';
import { createWire, type Wire } from '../../src/guard/wire.ts';
import { openRun } from '../../src/platform/paths.ts';
import type { RecoverySnapshot } from '../../src/recover/snapshot.ts';
import { createHookSource } from '../../src/sensors/hook-source.ts';
import { temporaryFolder } from './folder.ts';

export interface PartsOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Hooks of the agent are heard. */
  readonly hooks?: boolean;
  readonly adapter?: Partial<Launch['adapter']>;
  readonly cwd?: string;
  readonly command?: string;
  readonly version?: AgentVersion | null;
  /** Known of the conversation from the start. */
  readonly id?: string | null;
  readonly transcriptPath?: string | null;
}

export interface Parts {
  readonly run: Run;
  readonly agent: Agent;
  readonly conversation: Conversation;
  readonly wire: Wire;
  /** What was emitted; the conversation has followed it. */
  readonly told: readonly Observation[];
}

const latest: AgentVersion = { text: '2.1.329', parts: [2, 1, 329] };

export function partsOfRun(options: PartsOptions = {}): Parts {
  const { args = [], hooks = false, id = null, transcriptPath = null, version = latest } = options;
  const folder = temporaryFolder();
  const env = { CLAUDE_CONFIG_DIR: folder, XDG_STATE_HOME: folder, ...options.env };
  const adapter = { ...claudeCode, ...options.adapter };
  const invocation = adapter.parseArguments(args);
  const { cwd = folder, command = 'claude' } = options;
  const launch: Launch = { adapter, command, named: [], args, invocation, env, cwd };
  const told: Observation[] = [];
  const conversation = createConversation(id);
  const emit = (observation: Observation): void => {
    told.push(observation);
    conversation.follow({ ...observation, at: 0 });
  };
  if (id !== null) emit({ type: 'session', sessionId: id, transcriptPath, source: 'hook' });
  told.length = 0;
  return {
    run: {
      launch,
      givenFiles: [],
      config: defaults,
      paths: openRun(env).paths,
      secretFolder: () => folder,
      user: adapter.readUserSettings(args, env, cwd, version),
      wantsHooks: true,
      unattended: false,
      launchedAtMs: Date.now() - 1_000,
      pin: null,
      errors: null,
      emit,
    },
    agent: createAgent(openProgram(launch, { version, isEarlier: false }), {
      ...createHookSource(),
      heard: () => hooks,
    }),
    conversation,
    wire: createWire(null),
    told,
  };
}

/** A way to reach an agent that does nothing but what the test gives it to do. */
export const bodyWith = (parts: Partial<Body>): Body => ({
  catchUp: async () => {},
  partialText: () => null,
  sentPrompts: () => [],
  beforeStop: (phase) => phase,
  detach() {},
  nudge: async () => {},
  choose: async () => false,
  relaunch: async () => {},
  setTitle() {},
  say() {},
  keep() {},
  ...parts,
});

/** A command has begun. */
export const commandBegun: Parameters<Conversation['ledger']['report']>[0] = {
  phase: 'started',
  toolUseId: 't',
  tool: 'Bash',
  subagent: null,
  fingerprint: 't',
  risk: 'command',
  before: null,
};

/** Of a turn that was cut off. */
export const snapshotWith = (parts: Partial<RecoverySnapshot> = {}): RecoverySnapshot => ({
  session_id: 'id',
  disconnect_phase: 'streaming',
  active_tool_calls: [],
  partial_response_text: null,
  last_committed_message_index: null,
  last_file_checkpoint: null,
  pending_todos: [],
  cause: 'The connection died',
  agent_version: null,
  written_at: '2026-11-01T12:00:00Z',
  ...parts,
});
