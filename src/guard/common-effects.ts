/** Effects that are carried out in the same way with a terminal and without. */
import type { Effect } from '../effects.ts';
import { shellCommand } from '../platform/shell-words.ts';
import type { Runtime } from './runtime.ts';
import { findSession } from './session.ts';
import { type Observed, resultTextOf, takeSnapshot } from './snapshot.ts';
import { otherIn } from './start/second-writer.ts';
import { type Stoppable, type StoppedBody, stop } from './stop.ts';

export type Perform = (effect: Effect) => void;

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** Effects that others carry out. */
export interface Outlets {
  readonly probe: () => void;
  readonly remember: (effect: Of<'remember'>) => void;
  readonly notify: (effect: Of<'notify'>) => void;
  readonly exit: (effect: Of<'exit'>) => void;
}

export function performCommon(
  run: Pick<Runtime, 'tunnel' | 'emit'>,
  outlets: Outlets,
  effect: Of<'cut' | 'probe' | 'remember' | 'notify' | 'exit'>,
): void {
  switch (effect.type) {
    case 'cut':
      run.emit({ type: 'cut.done', count: run.tunnel?.cut(effect.connections) ?? 0 });
      break;
    case 'probe':
      outlets.probe();
      break;
    case 'remember':
      outlets.remember(effect);
      break;
    case 'notify':
      outlets.notify(effect);
      break;
    case 'exit':
      outlets.exit(effect);
      break;
  }
}

/** Runs in the background; a failure is an observation like any other. */
export function background(work: Promise<void>, failed: (detail: string) => void): void {
  work.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
}

type Stopped = Observed &
  Stoppable &
  Pick<
    Runtime,
    'config' | 'hookSource' | 'recordsCallsFirst' | 'unattended' | 'snapshot' | 'launchedAtMs' | 'enteredMs'
  >;

/** Stops the agent, with a snapshot of its work in flight from before and after; rejects when that fails. */
export async function stopAgent(run: Stopped, body: StoppedBody, effect: Of<'stop'>): Promise<void> {
  await findSession(run); // its file may have been written since anybody looked
  if (body.pty !== null) {
    // Stopped, it could not be started again.
    const other = await otherIn(run, body.pty.pid);
    if (other !== null) {
      run.emit({ type: 'stop.refused', detail: other });
      return;
    }
  }
  const look = async () => {
    run.snapshot = (await takeSnapshot(run, effect)) ?? run.snapshot;
    return run.snapshot;
  };
  await stop(run, body, { ...effect, look, resultText: (call) => resultTextOf(run, call) });
}

/** What the person types to go on by hand; null where nothing can be resumed. */
export function resumeCommand({
  launch,
  session,
  givenFiles,
  snapshot,
}: Pick<Runtime, 'launch' | 'session' | 'givenFiles' | 'snapshot'>): string | null {
  if (session.id === null || session.transcriptPath === null || !launch.invocation.isRecorded) return null;
  // Without a turn on record the agent refuses.
  if (snapshot?.session_id === session.id && snapshot.last_committed_message_index === null) return null;
  const lasting = launch.adapter.withoutFiles(launch.args, givenFiles);
  const args = launch.adapter.resumeArguments(lasting, session.id, null);
  const fork = session.isHeld ? ['--fork-session'] : [];
  return shellCommand(['guarded-claude', ...launch.named, ...args, ...fork]);
}
