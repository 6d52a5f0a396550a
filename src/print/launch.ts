/** Starts an agent in print mode, at the start of a run or after one was interrupted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../events.ts';
import { coalesce } from '../guard/coalesce.ts';
import { planLaunch, watchMemory } from '../guard/start/launch.ts';
import { type Child, type ChildOptions, type Spawn, startChild } from './child.ts';
import { createGate } from './gate.ts';
import { type NextLaunch, planNext, type Start } from './next-launch.ts';
import type { Answer, PrintParts } from './pipes.ts';
import { transcriptBytes } from './progress.ts';

/** The end of one agent. */
export interface ChildEnd extends Awaited<Child['ended']> {
  readonly child: Child;
  readonly answer: Answer;
  readonly outOfMemory: boolean;
}

/** Judges an agent by everything that is known, not only by its output. */
export interface Judge {
  /** Whether the agent's output is a good answer. */
  endsWell(answer: Answer): Promise<boolean>;
  /** Reports the end. */
  ended(end: ChildEnd): Promise<void>;
}

/** After this much silence, the answer of an agent that does not end is passed on if it is complete. */
const settledMs = 500;
/** Errors while an update replaces the agent's file: it is missing for a moment, or still being written. */
const beingReplaced: readonly (string | undefined)[] = ['ENOENT', 'ETXTBSY', 'EACCES', 'ENOEXEC'];
const retryMs = 1_000;
/** An update takes seconds. */
const maxTries = 10;

/** Rejects if the agent cannot be started. */
export async function startFirst(parts: PrintParts, judge: Judge): Promise<void> {
  const { run, pipes } = parts;
  const stdin = pipes.input === null ? 'inherit' : 'pipe';
  const plan = {
    args: run.launch.args,
    resumed: false,
    pin: run.pin,
    stdin,
    first: [],
    ownPrompt: null,
    notice: null,
  } as const;
  await start(parts, 1, plan, judge);
}

/** Rejects if the work can neither be resumed nor begun anew. */
export async function startNext(parts: PrintParts, next: NextLaunch, judge: Judge): Promise<void> {
  await start(parts, next.generation, await planNext(parts, next), judge);
}

async function start(parts: PrintParts, generation: number, plan: Start, judge: Judge): Promise<void> {
  const { run, agent, conversation, wire, pipes } = parts;
  const { formats, mode, input, dialogue, output } = pipes;
  const { emit } = run;
  const command = planLaunch(run, agent, wire, plan.args, plan.pin);
  const env = plan.resumed ? without(mode.resumeVariables, command.env) : command.env;
  if (plan.pin !== null) conversation.pinned(plan.pin);
  const bytesBefore = transcriptBytes(conversation.transcriptPath);

  const errors = plan.resumed ? pipes.errors : null; // an agent that refuses to resume says why on standard error
  const options = { ...command, env, generation, stdin: plan.stdin, errors };
  const child =
    generation === 1 ? await startChild(parts.spawn, options) : await startPatiently(parts.spawn, options);
  const isOutOfMemory = watchMemory();
  const ended = agent.started(child);
  /** Calls that the agent has printed. */
  const shown = new Set<string>();
  if (formats.output === 'records') conversation.ledger.turnsEndWhere((id) => shown.has(id));
  const gate = createGate({
    formats,
    mode,
    isForHost(value, record) {
      if (plan.ownPrompt !== null && mode.isAboutPrompt(value, plan.ownPrompt)) return false;
      return dialogue?.fromAgent(value, { begins: record.begins, ends: record.result !== null }) ?? true;
    },
    onRecord(record) {
      for (const observation of record.observations) {
        if (observation.type === 'tool.started') shown.add(observation.toolUseId);
        emit(asPrinted(observation, agent.hooks.heard()));
      }
      if (record.begins && late.length > 0) {
        for (const line of late.splice(0)) child.stdin?.write(line);
        input?.finish();
      }
      if (!record.result) return;
      input?.turnDone();
      const goesOn = formats.input === 'records' || record.result.failure === null;
      if (goesOn) emit({ type: 'turn.ended' });
      if (gate.isDone() && formats.input === 'text') emit({ type: 'delivered' });
    },
  });
  const answer = pipes.next(gate, bytesBefore, plan.notice);
  const settle = async () => {
    if (!(await judge.endsWell(answer)) || pipes.answer !== answer) return;
    const rest = gate.settle();
    if (rest === null) return;
    output.write(rest);
    emit({ type: 'turn.ended' });
    emit({ type: 'delivered' });
  };
  let settling: NodeJS.Timeout | undefined;
  const reportOutput = coalesce((bytes, lastAt) => emit({ type: 'output', bytes, lastAt }));
  child.stdout.on('data', (chunk: Buffer) => {
    output.write(gate.take(chunk));
    reportOutput(chunk.length);
    if (output.isFull()) child.stdout.pause();
    clearTimeout(settling);
    settling = setTimeout(() => void settle(), settledMs);
  });
  for (const record of dialogue?.agentGone() ?? []) output.write(Buffer.from(`${JSON.stringify(record)}\n`));
  const first = generation === 1 ? [] : (dialogue?.opening() ?? []);
  const late = generation === 1 ? [] : [...(dialogue?.onceBegun() ?? [])];
  if (child.stdin)
    input?.connect(child.stdin, [...first, ...plan.first], late.length > 0 && plan.first.length > 0);
  void child.ended.then((end) =>
    ended(async () => {
      clearTimeout(settling);
      input?.disconnect();
      await judge.ended({ ...end, child, answer, outOfMemory: isOutOfMemory(end.signal) });
    }),
  );
  const { pid } = child;
  const { resumed } = plan;
  // An agent that begins anew gets the first prompt again.
  const prompted = generation > 1;
  emit({ type: 'agent.started', generation, pid, resumed, prompted, unattended: true });
}

/**
 * The agent prints a call as soon as the model has made it. Some versions run it only once the answer is complete
 * (2.1.126), so if hooks are heard, they report its start.
 */
const asPrinted = (observation: Observation, hooksAreHeard: boolean): Observation =>
  observation.type === 'tool.started' && hooksAreHeard ? { ...observation, recorded: true } : observation;

const without = (names: readonly string[], env: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

/** Starts an agent whose file existed before, and waits while it is being replaced. */
async function startPatiently(spawn: Spawn, options: ChildOptions): Promise<Child> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startChild(spawn, options);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (tries >= maxTries || !beingReplaced.includes(code)) throw error;
      await pause(retryMs);
    }
  }
}
