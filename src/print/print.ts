/**
 * Print mode (`-p`, or no terminal to print to): the agent is a child with pipes, and a script reads what it prints.
 *
 * What protects it is the tunnel: it holds connections while the line is down and cuts dead ones, so that the agent's
 * own retry goes on in the same process. The pure core is the one of interactive sessions; here an agent is
 * `unattended`: it draws nothing and takes no keys, so there is no nudge, and no verdict by its face. Its senses are the
 * tunnel, hooks, the process, the clock, and with `--output-format stream-json` its own records, which say when it
 * retries by itself. Blind to that (text, json), a connection that is cut in vain proves nothing: the agent may be
 * waiting out a pause of its own. So a living agent is only ever stopped when it burns a core and does nothing else, or
 * when the user has switched off cures in place; then, blind, a pause longer than the limit is taken for a dead stream.
 *
 * An agent that ends is judged (`ending.ts`): its own last word is passed on with its exit code; one that was torn away
 * is started again on the same conversation, with the user's flags and the "you were interrupted" prompt. `gate.ts`
 * sees to it that a script gets one result, `input.ts` that no input is lost or said twice, `dialogue.ts` that a host which
 * speaks the control protocol can go on with the next agent.
 */

import type { PrintMode } from '../agents/contract/pipes.ts';
import { initialState } from '../decide/state.ts';
import { failOpen } from '../guard/fail-open.ts';
import { createLoop } from '../guard/loop.ts';
import { closeTunnel } from '../guard/relay.ts';
import type { Launch } from '../guard/runtime.ts';
import { dropGivenFiles } from '../guard/start/given-files.ts';
import { prepare } from '../guard/start/prepare.ts';
import { createDeadManSwitch } from '../platform/dead-man-switch.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { createDialogue } from './dialogue.ts';
import { createGate } from './gate.ts';
import { createInput } from './input.ts';
import { type OnEnd, startFirst } from './launch.ts';
import type { PrintRun } from './run.ts';
import { passSignals } from './signals.ts';
import { createSink } from './sink.ts';
import { endsWell, tellEnd } from './tell-end.ts';

/** How long the last words may take once somebody has told us to go. */
const farewellMs = 1_000;

/** Runs the agent; resolves to the exit code. Rejects only before the agent runs. */
export async function print(launch: Launch, mode: PrintMode): Promise<number> {
  const { run: prepared, warnings, noted } = await prepare(launch);
  sayWarnings(warnings);
  const formats = mode.formats(launch.args);
  const note = (detail: string) => loop.emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const open = failOpen(note);
  const deadManSwitch = createDeadManSwitch(launch.adapter.outlivingCommand, note);
  const loop = createLoop(prepared.config, initialState(performance.now()), open.broken);
  const dialogue =
    formats.input === 'records' ? createDialogue(mode.control, (waits) => tellWait(run, waits)) : null;
  const readsTerminal = process.stdin.isTTY && formats.input === 'text';
  const run: PrintRun = {
    ...prepared,
    mode,
    formats,
    unattended: true,
    emit(observation) {
      open.see(observation);
      deadManSwitch.see(observation);
      loop.emit(observation);
    },
    input: readsTerminal ? null : createInput(process.stdin, dialogue && { mode, dialogue }),
    dialogue,
    output: createSink(1),
    errors: createSink(2),
    child: null,
    gate: createGate({ formats, mode, onRecord: () => {} }),
    told: null,
    endsWell: () => endsWell(run, loop.state().evidence),
    transcriptBytes: 0,
    leaving: null,
    leave: dieOf,
  };
  passSignals(run);
  try {
    let begun = (): void => {};
    const watched = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const onEnd: OnEnd = async (child, end, outOfMemory) => {
      await watched; // what came before the end is known by then, also of one that ends at once
      await tellEnd(run, loop, child, end, outOfMemory);
    };
    await startFirst(run, onEnd);
    // From here on an agent runs: what fails now must not start another one.
    const watch = async () => {
      const { watchPrint } = await import('./watch.ts');
      return await watchPrint(run, loop, { onEnd, begun, warnings: noted });
    };
    const code = await open.codeOf(watch().finally(begun));
    run.output.write(run.gate.release());
    await run.errors.drained(farewellMs);
    if (run.leaving === null) await run.output.drained();
    else if (!(await run.output.drained(farewellMs))) dieOf(run.leaving);
    return code;
  } finally {
    open.close();
    run.input?.stop();
    dropGivenFiles(run.givenFiles);
    await closeTunnel(run);
  }
}

/** A person who thinks is no silence, whoever puts the question to them. */
function tellWait(run: PrintRun, waits: boolean): void {
  run.emit({ type: 'screen', facts: { activity: waits ? 'dialog' : 'unknown' } });
}

/** Nobody reads our last words, and node would wait for that for ever; or there is no agent: end as the signal does. */
function dieOf(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
