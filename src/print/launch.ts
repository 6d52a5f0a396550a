/**
 * Starts an agent in print mode: the first one, the next one on the same conversation, or, while nothing of the
 * conversation is on record, one that starts afresh with the same input.
 */
import { randomUUID } from 'node:crypto';
import { coalesce } from '../act/coalesce.ts';
import { planLaunch, watchMemory } from '../act/plan-launch.ts';
import { type Child, startChild } from './child.ts';
import { createGate } from './gate.ts';
import { type Progress, readProgress, transcriptBytes } from './progress.ts';
import type { PrintRun } from './run.ts';

/** How an attempt begins: arguments, and what stands on its input before anything else. */
interface Start {
  readonly args: readonly string[];
  readonly resumed: boolean;
  readonly pin: string | null;
  readonly stdin: 'pipe' | 'inherit' | 'none';
  readonly first: readonly Buffer[];
}

/** Called with the agent's end. */
export type OnEnd = (child: Child, end: Awaited<Child['ended']>, outOfMemory: boolean) => Promise<void>;

/** Rejects if it cannot be started. */
export async function startFirst(run: PrintRun, onEnd: OnEnd): Promise<void> {
  const stdin = run.input === null ? 'inherit' : 'pipe';
  await start(run, 1, { args: run.launch.args, resumed: false, pin: run.pin, stdin, first: [] }, onEnd);
}

export interface NextLaunch {
  readonly generation: number;
  /** A turn was torn away, and the agent is to be told. */
  readonly prompt: boolean;
  /** A turn had begun in the agent that has ended. */
  readonly ranTurn: boolean;
}

/** Rejects where nothing can be gone on with. */
export async function startNext(run: PrintRun, next: NextLaunch, onEnd: OnEnd): Promise<void> {
  if (run.input?.isRepeatable() === false)
    throw new Error('a host speaks with the agent over its input, and cannot take that up again');
  const plan = (await resumption(run, next)) ?? (didNothing(run, next) ? afresh(run) : null);
  if (plan === null) throw new Error('nothing of the conversation is on record');
  await start(run, next.generation, plan, onEnd);
}

/** Surely nothing was done: no turn, or no tool that a hook would have told of. */
function didNothing({ hookSource, ledger }: PrintRun, { ranTurn }: NextLaunch): boolean {
  return !ranTurn || (hookSource.heard() && ledger.calls().length === 0);
}

/**
 * On the conversation as it is on record; null where there is none. A prompt that had not come on record when the
 * agent was killed is given once more, and then there is nothing to tell of: the conversation knows of no interruption.
 */
async function resumption(run: PrintRun, next: NextLaunch): Promise<Start | null> {
  const { session, mode, formats, input } = run;
  if (session.id === null) return null;
  const { prompts } = await readProgress(session.transcriptPath, 0, mode);
  if (prompts.length === 0) return null;
  const { promptOf } = await import('../act/snapshot.ts'); // a first launch needs none
  const told = promptOf(run, 'relaunch');
  if (formats.input === 'records' && input !== null) {
    const unknown = input.unknown(prompts.map(({ text }) => text));
    const tells = next.prompt && !(unknown.isAllOfIt && didNothing(run, next));
    const record = Buffer.from(`${JSON.stringify(mode.promptRecord(told))}\n`);
    return {
      ...resumed(run, session.id, null),
      stdin: 'pipe',
      first: [...(tells ? [record] : []), ...unknown.bytes],
    };
  }
  const again = isAsked(run, prompts) || !didNothing(run, next) ? null : afresh(run);
  if (again !== null) return { ...again, ...resumed(run, session.id, run.launch.invocation.prompt) };
  return { ...resumed(run, session.id, told), stdin: input === null ? 'inherit' : 'none', first: [] };
}

function resumed({ launch, session }: PrintRun, id: string, prompt: string | null) {
  const args = launch.adapter.resumeArguments(launch.args, id, prompt, session.permissionMode);
  return { args, resumed: true, pin: null };
}

/** What this run was started to ask is on record. A conversation that was gone on with has prompts from before. */
function isAsked({ launch, launchedAtMs }: PrintRun, prompts: Progress['prompts']): boolean {
  const { resumes } = launch.invocation;
  return !resumes || prompts.some(({ atMs }) => atMs === null || atMs >= launchedAtMs);
}

function afresh({ launch, input, pin, session }: PrintRun): Start | null {
  const first = input === null ? [] : input.whole();
  if (first === null) return null;
  // A file without a prompt makes the id taken all the same (lab notes §4).
  const id = pin === null || session.transcriptPath === null ? pin : randomUUID();
  const stdin = input === null ? 'inherit' : 'pipe';
  return { args: launch.args, resumed: false, pin: id, stdin, first };
}

async function start(run: PrintRun, generation: number, plan: Start, onEnd: OnEnd): Promise<void> {
  const { formats, mode, input, output } = run;
  const command = planLaunch(run, plan.args, plan.pin);
  if (plan.pin !== null) run.session = { ...run.session, id: plan.pin, transcriptPath: null };
  run.transcriptBytes = transcriptBytes(run.session.transcriptPath);
  run.toldFailure = null;

  const isOutOfMemory = watchMemory();
  const child = await startChild({ ...command, generation, stdin: plan.stdin });
  run.hookSource.startedAs(child.pid);
  run.child = child;
  const gate = createGate({
    formats,
    mode,
    onRecord(record) {
      for (const observation of record.observations) run.emit(observation);
      if (!record.result) return;
      input?.turnDone();
      const goesOn = formats.input === 'records' || record.result.failure === null;
      if (goesOn) run.emit({ type: 'turn.ended' });
    },
  });
  run.gate = gate;
  const tellOutput = coalesce((bytes) => run.emit({ type: 'output', bytes }));
  child.stdout.on('data', (chunk: Buffer) => {
    output.write(gate.take(chunk));
    tellOutput(chunk.length);
    if (output.isFull()) child.stdout.pause();
  });
  if (child.stdin) input?.connect(child.stdin, plan.first);
  run.agentGone = child.ended.then((end) => {
    run.child = null;
    input?.disconnect();
    return onEnd(child, end, isOutOfMemory(end.signal));
  });
  const { pid } = child;
  const { resumed } = plan;
  run.emit({ type: 'agent.started', generation, pid, resumed, prompted: resumed, unattended: true });
}
