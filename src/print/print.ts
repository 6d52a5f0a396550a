/**
 * Print mode (`-p`, or no terminal to print to): the agent is a child with pipes, and a script reads what it prints.
 *
 * The tunnel protects the agent: it holds connections while the line is down and cuts dead ones, so that the agent's
 * own retry goes on in the same process. The pure core is the same as in interactive sessions; here an agent is
 * `unattended`: it draws nothing and takes no keys, so there is no nudge, and no verdict by the screen. Its senses are
 * the tunnel, hooks, the process, the clock, and with `--output-format stream-json` its own records, which say when it
 * retries by itself. Without such records (text, json), a cut that brings no retry proves nothing: the agent may be
 * waiting out a pause of its own. So a living agent is stopped only when it burns a core and does nothing else, or when
 * the person has switched off cures in place; in that case, without records, a pause longer than the limit is taken for
 * a dead stream.
 *
 * An agent that ends is judged (`ending.ts`): its own last word is passed on with its exit code. An agent that was
 * interrupted is started again on the same conversation, with the person's flags and the "you were interrupted" prompt.
 * `gate.ts` makes sure that a script gets one result, `input.ts` that no input is lost or given twice, and
 * `dialogue.ts` that a host which speaks the control protocol can go on with the next agent.
 */

import { spawn } from 'node:child_process';
import type { PrintMode } from '../agents/contract/pipes.ts';
import { initialState } from '../decide/state.ts';
import type { Observation } from '../events.ts';
import { failOpen } from '../guard/fail-open.ts';
import { createLoop } from '../guard/loop.ts';
import { closeWire } from '../guard/relay.ts';
import type { Launch } from '../guard/run.ts';
import { belongingsOf } from '../guard/start/given-files.ts';
import { prepare } from '../guard/start/prepare.ts';
import { createDeadManSwitch } from '../platform/dead-man-switch.ts';
import type { Emit } from '../sensors/sensor.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { attend } from './attend.ts';
import type { Child } from './child.ts';
import { createDialogue } from './dialogue.ts';
import { createInput } from './input.ts';
import { passSignals } from './leaving.ts';
import { createPipes, type Pipes } from './pipes.ts';
import { createSink } from './sink.ts';

/** Runs the agent; resolves to the exit code. Rejects only before the agent runs. */
export async function print(launch: Launch, mode: PrintMode): Promise<number> {
  const emit = (observation: Observation): void => {
    open.see(observation);
    deadManSwitch.see(observation);
    loop.emit(observation);
  };
  const prepared = await prepare<Child>(launch, { unattended: true, emit });
  const { run, agent, wire, warnings, noted } = prepared;
  sayWarnings(warnings);
  const note = (detail: string) => loop.emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const open = failOpen(note);
  const deadManSwitch = createDeadManSwitch(launch.adapter.outlivingCommand, belongingsOf(run), note);
  const loop = createLoop(run.config, initialState(performance.now()), open.broken);
  const pipes = openPipes(launch, mode, emit);
  const leaving = passSignals(agent, emit);
  const parts = { ...prepared, pipes, leaving, spawn };
  try {
    deadManSwitch.ready(); // no hang-up ends this agent, if the guard is killed just as it starts
    return await attend(parts, loop, open, { warnings: noted });
  } finally {
    open.close();
    pipes.input?.stop();
    await closeWire(run, wire);
  }
}

function openPipes({ args }: Launch, mode: PrintMode, emit: Emit): Pipes {
  const formats = mode.formats(args);
  const dialogue =
    formats.input === 'records' ? createDialogue(mode.control, (waits) => reportWait(emit, waits)) : null;
  const readsTerminal = process.stdin.isTTY && formats.input === 'text';
  return createPipes({
    mode,
    formats,
    input: readsTerminal
      ? null
      : createInput(process.stdin, dialogue && { mode, dialogue }, () => emit({ type: 'host.asked' })),
    dialogue,
    output: createSink(1),
    errors: createSink(2),
  });
}

/** While a person thinks about a question, silence means nothing, whoever asked it. */
function reportWait(emit: Emit, waits: boolean): void {
  emit({ type: 'screen', facts: { activity: waits ? 'dialog' : 'unknown' } });
}
