/**
 * One interactive session under the guard, from the first launch to the exit code.
 *
 * Order at the start: what the agent's environment needs (settings, tunnel), then the agent itself, then the rest of
 * the guard (`guard/watch.ts`) while the agent boots. From then on, the loop (`guard/loop.ts`) runs: sensors emit
 * observations, the pure core answers with effects, and `guard/perform.ts` carries them out.
 */

import { closeSync, openSync } from 'node:fs';
import type { Observation } from '../events.ts';
import { createComposer } from '../person/composer.ts';
import { createDeadManSwitch } from '../platform/dead-man-switch.ts';
import type { EndingSignal } from '../platform/ending-signals.ts';
import { signalExitCode } from '../platform/signals.ts';
import type { Emit } from '../sensors/sensor.ts';
import type { Pty } from '../terminal/pty.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { type End, failOpen } from './fail-open.ts';
import type { Loop } from './loop.ts';
import type { Launch } from './run.ts';
import { belongingsOf } from './start/given-files.ts';
import { startAgent } from './start/launch.ts';
import { type Preparation, prepare } from './start/prepare.ts';

/** A sense that fails all the time is reported only this often. */
const maxFailures = 20;

/** Loading a part of the guard blocks for some milliseconds, so the agent's output is passed on in between. */
const outputPasses = () => new Promise((resolve) => setImmediate(resolve));

const withoutStack = (failure: string) => failure.replace(/\s+at \S.*$/s, '');

/** Runs the agent under the guard; resolves to the exit code once both are done. Throws only before the agent runs. */
export async function supervise(launch: Launch): Promise<number> {
  let emit: Emit = () => {};
  const prepared = await prepare<Pty>(launch, { unattended: false, emit: (one) => emit(one) });
  const { run, wire, refusal } = prepared;
  try {
    if (refusal === null)
      return await session(prepared, (followed) => {
        emit = followed;
      });
    sayWarnings([refusal]);
    return 1;
  } finally {
    await run.errors?.close();
    const relay = await import('./relay.ts').catch(() => null); // the rest of the guard may never have been loaded
    await (relay === null ? wire.tunnel?.stop() : relay.closeWire(run, wire));
  }
}

/** @param follow is given what takes the run's observations */
async function session(prepared: Preparation<Pty>, follow: (emit: Emit) => void): Promise<number> {
  const { run, agent, conversation, wire, warnings, noted } = prepared;
  const emit = (observation: Observation): void => {
    open.see(observation);
    deadManSwitch.see(observation);
    if (loop) loop.emit(observation);
    else early.push(observation);
  };
  /** Observations made before the loop exists. */
  const early: Observation[] = [];
  const failures: string[] = [];
  let loop: Loop | null = null;
  const note = (detail: string): void => {
    failures.push(detail);
    if (failures.length <= maxFailures) emit({ type: 'sensor.failed', sensor: 'guard', detail });
  };
  const open = failOpen(note);
  const deadManSwitch = createDeadManSwitch(run.launch.adapter.outlivingCommand, belongingsOf(run), note);
  follow(emit);
  /** The guard was told to go: hang-up, shutdown. */
  let isSignalled = false;
  let isHungUp = true;
  /** The run's exit code if the agent had to be killed, whose own code says nothing then. */
  let codeOfKill: number | null = null;
  let clear = (): void => {};
  const cleared = new Promise<void>((resolve) => {
    clear = resolve;
  });
  let left = (_code: number): void => {};
  const leaving = new Promise<number>((resolve) => {
    left = resolve;
  });
  const goBy = (name: EndingSignal): void => {
    const code = signalExitCode(name);
    const killed = () => {
      codeOfKill = code;
    };
    void import('./leave.ts')
      .then(({ leave }) => leave(run, agent, conversation, () => isHungUp, killed, clear))
      .catch(() => {}) // go all the same: the kernel hangs up on the agent
      .then(() => left(code));
  };
  const terminal = createTerminal({
    observe: emit,
    splitsReads: () => run.launch.adapter.abilities(agent.program.version).splitsReads,
    signal: (name) => {
      if (agent.process) agent.kin.look(agent.process.pid);
      const isFirst = !isSignalled;
      isSignalled = true;
      isHungUp &&= name === 'SIGHUP';
      emit({ type: 'guard.signalled', signal: name });
      if (isFirst) goBy(name); // a terminal that closes tells it several times
    },
  });
  const composer = createComposer();
  const giveBack = async (): Promise<void> => {
    await terminal.flush(); // for ever, as the agent itself would; but a signal ends this
    restore();
  };
  let isRestored = false;
  const restore = (): void => {
    terminal.restore();
    // The one warning, now that it no longer disturbs a screen. Later, it would disturb what the person types.
    const [first] = failures;
    if (first !== undefined && !isRestored)
      process.stderr.write(`guarded-claude: carried on without a part of itself: ${withoutStack(first)}\n`);
    isRestored = true;
  };
  try {
    sayWarnings(warnings);
    terminal.start();
    const { args, invocation } = run.launch;
    const first = { generation: 1, args, pin: run.pin, resumed: false, prompted: false };
    const { prompt } = invocation;
    if (prompt !== null) composer.startedWith(prompt, prompt, Date.now());
    const spare = openSync('/dev/null', 'r');
    startAgent(run, agent, wire, terminal, first);
    closeSync(spare); // the agent's start may have used up all others, and loading the rest of the guard needs one
    const watch = async (): Promise<End> => {
      await outputPasses();
      const { createLoop } = await import('./loop.ts');
      const { initialState } = await import('../decide/state.ts');
      await outputPasses();
      const { watchTerminal } = await import('./watch-terminal.ts');
      // These are needed at the end, when an upgrade in place may have replaced the files.
      await import('./leave.ts');
      await import('./relay.ts');
      await outputPasses();
      loop = createLoop(run.config, initialState(performance.now()), open.broken);
      for (const observation of early) loop.emit(observation);
      const parts = { ...prepared, terminal, composer, isSignalled: () => isSignalled, giveBack };
      return await watchTerminal(parts, loop, noted);
    };
    const ended = open.codeOf(watch()).then(async (code) => {
      if (isSignalled) await cleared;
      await giveBack();
      return codeOfKill ?? code;
    });
    return await Promise.race([ended, leaving]);
  } finally {
    open.close();
    restore();
    terminal.close();
  }
}
