/** The guard in print mode as it runs for a user, except for what looks at the machine. */
import { join } from 'node:path';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { readVersion } from '../../../src/agents/common/versions.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { initialState } from '../../../src/decide/state.ts';
import type { Observation } from '../../../src/events.ts';
import { createAgent } from '../../../src/guard/agent.ts';
import { createConversation } from '../../../src/guard/conversation.ts';
import { failOpen } from '../../../src/guard/fail-open.ts';
import { knownFromStart, pinFor } from '../../../src/guard/find-conversation.ts';
import { createLoop } from '../../../src/guard/loop.ts';
import type { Records } from '../../../src/guard/records.ts';
import type { Run } from '../../../src/guard/run.ts';
import { together } from '../../../src/guard/senses.ts';
import { createWire } from '../../../src/guard/wire.ts';
import { createRun } from '../../../src/platform/paths.ts';
import { attend } from '../../../src/print/attend.ts';
import type { Child, Spawn } from '../../../src/print/child.ts';
import { createDialogue } from '../../../src/print/dialogue.ts';
import { createInput } from '../../../src/print/input.ts';
import { createPipes, type PrintParts } from '../../../src/print/pipes.ts';
import { keeps } from '../../../src/print/senses.ts';
import type { Sink } from '../../../src/print/sink.ts';
import { tickMs } from '../../../src/sensors/clock.ts';
import { createHookSource } from '../../../src/sensors/hook-source.ts';
import type { Emit, Sensor } from '../../../src/sensors/sensor.ts';
import { runAgent } from './agent.ts';
import type { Bug } from './bugs.ts';
import type { Host } from './host.ts';
import { startProcess } from './process.ts';
import type { World } from './world.ts';

/** How long a payload of a hook lies there until it is read. */
const noticedMs = [5, 200] as const;

const formats = {
  text: [],
  document: ['--output-format', 'json'],
  records: ['--output-format', 'stream-json', '--verbose'],
} as const;

/** Resolves to the exit code. @param home an empty folder */
export async function guard(world: World, host: Host, home: string, bug: Bug): Promise<number> {
  const { plan, ledger, time, draw } = world;
  const env = { HOME: home, XDG_STATE_HOME: join(home, 'state'), CLAUDE_CONFIG_DIR: join(home, 'claude') };
  const args = [
    '-p',
    ...formats[plan.output],
    ...(plan.input === 'records' ? ['--input-format', 'stream-json'] : []),
    ...(host.argument === null ? [] : [host.argument]),
  ];
  const adapter = { ...claudeCode, repairer: { ...claudeCode.repairer, findAgent: async () => null } };
  const version = readVersion(`${plan.shape.version} (Claude Code)`);
  const invocation = adapter.parseArguments(args);
  const launch = { adapter, command: 'claude', named: [], args, invocation, env, cwd: home };
  const emit = (observation: Observation): void => {
    open.see(observation);
    loop.emit(observation);
  };
  const pin = pinFor(adapter, invocation, version);
  const run: Run = {
    launch,
    givenFiles: [],
    config: loadConfig(env).config,
    paths: createRun(env),
    secretFolder: () => home,
    user: adapter.readUserSettings(args, env, home, version),
    wantsHooks: true,
    unattended: true,
    launchedAtMs: Date.now(),
    pin,
    errors: null,
    emit,
  };
  const source = createHookSource();
  const { renew } = source;
  Object.assign(source, {
    renew() {
      world.word = renew();
      return world.word;
    },
  });
  const idle = async () => {};
  const agent = createAgent<Child>({ version, confirm: idle, ask: idle, renew: idle }, source);
  // The guard looks at an agent's processes only when it is about to end them.
  const look = () => {
    const running = agent.process;
    ledger.reach('the guard ends an agent');
    time.after(draw.magnitude(10, 2_500), () => running?.kill('SIGKILL'));
    return [];
  };
  Object.assign(agent, { kin: { look, last: () => null } });
  const conversation = createConversation(knownFromStart(invocation, pin));
  const open = failOpen((detail) => ledger.broke('the guard does not fail', detail));
  const loop = createLoop(run.config, initialState(time.now()), open.broken);
  const { print: mode } = adapter;
  const dialogue = plan.input === 'records' ? createDialogue(mode.control) : null;
  const errors: Sink = { ...host.output, write() {} };
  const pipes = createPipes({
    mode,
    formats: mode.formats(args),
    input: createInput(host.stdin, dialogue && { mode, dialogue }, () => emit({ type: 'host.asked' })),
    dialogue,
    output: host.output,
    errors,
  });
  const parts: PrintParts = {
    run,
    agent,
    conversation,
    wire: createWire(world.wire.tunnel),
    pipes,
    leaving: { signal: null, go: () => ledger.broke('nobody tells the guard to end', ''), onLeave() {} },
    spawn: spawnIn(world, home),
  };
  bug(parts);
  world.wire.report(emit);

  function senses() {
    const readSpool = (): void => {
      for (const { name, payload } of world.spool.splice(0)) {
        if (!agent.hooks.isOurs(name)) continue;
        adapter.hooks.feedLedger(conversation.ledger, payload);
        const prompt = adapter.hooks.readPrompt(payload);
        if (prompt !== null) pipes.input?.taken(prompt.text);
        for (const each of adapter.hooks.read(payload, env)) if (keeps(pipes, each)) emit(each);
      }
    };
    const every = (name: string, ms: () => number, act: (emit: Emit) => void): Sensor => {
      let isStopped = false;
      const again = (to: Emit): void =>
        void time.after(ms(), () => {
          if (isStopped) return;
          act(to);
          again(to);
        });
      return {
        name,
        start: again,
        stop() {
          isStopped = true;
        },
      };
    };
    const sensors = [
      every(
        'clock',
        () => tickMs,
        (to) => to({ type: 'tick' }),
      ),
      every('hooks', () => draw.magnitude(...noticedMs), readSpool),
    ];
    return {
      ...together(sensors, emit),
      tell() {},
      catchUp: async () => readSpool(),
      probe: () =>
        void time.after(20, () => emit({ type: 'network.probed', reachable: true, latencyMs: 20 })),
    };
  }

  try {
    const openings = {
      senses,
      records: () => records,
      say: (messages: readonly string[]) => ledger.note(`guard: ${messages.join(' ')}`),
    };
    return await attend(parts, loop, open, { warnings: [], openings });
  } finally {
    open.close();
    pipes.input?.stop();
  }
}

/** Nothing is written down. */
const records: Records = {
  reporter: { turned: () => 'working' as never },
  recordOf: () => ({}) as never,
  remember() {},
  notify() {},
  degraded() {},
  reportKnown() {},
  async close() {},
};

/** Programs start agents of this world, whatever they are called. */
function spawnIn(world: World, home: string): Spawn {
  const { time, draw, plan, ledger } = world;
  let generation = 0;
  return (_file, args, options) => {
    const hasInput = Array.isArray(options.stdio) && options.stdio[0] === 'pipe';
    const { own, child } = startProcess(time, draw, hasInput, plan.shape.pieceBytes, (signal, it) =>
      it.after(draw.magnitude(1, 500), () => it.die({ code: null, signal })),
    );
    const { sessionId, prompt, resumes } = claudeCode.parseArguments(args);
    ledger.note(
      `guard: starts ${resumes ? 'an agent that resumes' : 'an agent'}${prompt === null ? '' : ` ${prompt.slice(0, 60)}`}`,
    );
    const id = sessionId ?? '99999999-9999-4999-8999-999999999999';
    const path = join(home, 'claude', 'projects', '-project', `${id}.jsonl`);
    child.once('exit', () => {
      world.wire.gone(own);
      ledger.exited(own.exitedWith());
    });
    runAgent(world, own, ++generation, { prompt, sessionId: id, resumes, path });
    return child;
  };
}
