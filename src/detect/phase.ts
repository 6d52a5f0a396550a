/**
 * Phase: what the agent is doing, as far as the senses agree. The most trusted sense that speaks wins:
 * program status, then the screen, then hooks. When in doubt the answer is a phase in which nothing is judged.
 */
import type { DisconnectPhase } from '../effects.ts';
import type { Evidence, OpenTool, ProcessSample } from './evidence.ts';

export type Phase =
  | 'gone'
  | 'suspended'
  | 'starting'
  | 'idle'
  | 'dialog' // a person is asked something
  | 'limit' // a usage limit is waited for
  | 'retrying' // the agent counts down to its own retry
  | 'compacting'
  | 'tool'
  | 'working';

/** Phase at `evidence.now`. */
export function phaseOf(e: Evidence): Phase {
  if (e.exit) return 'gone';
  if (e.suspended) return 'suspended';
  const activity = activityOf(e);
  if (activity === 'dialog' || e.status?.state === 'blocked') return 'dialog';
  if (activity === 'limit') return 'limit';
  if (!isWorking(e)) return e.status || activity !== 'unknown' || e.turn ? 'idle' : 'starting';
  if (activity === 'retrying' || (e.retryAt !== null && e.now < e.retryAt)) return 'retrying';
  if (isCompacting(e)) return 'compacting';
  if (inTool(e)) return 'tool';
  return 'working';
}

/** Phases in which a turn runs. */
export function inTurn(phase: Phase): boolean {
  return phase === 'working' || phase === 'tool' || phase === 'compacting' || phase === 'retrying';
}

/** The phase in the terms of the recovery snapshot. */
export function disconnectPhaseOf(e: Evidence): DisconnectPhase {
  const alive = { ...e, exit: null };
  if (isWorking(alive) && isCompacting(alive)) return 'compacting';
  if (e.tools.length > 0 || phaseOf(alive) === 'tool') return 'tool_execution';
  return isWorking(alive) ? 'streaming' : 'between_turns';
}

function activityOf(e: Evidence) {
  return e.screen?.facts.activity ?? 'unknown';
}

/** A screen that says the same for as long was drawn since the agent said that it works. */
const drawnMs = 2_000;

/** A free prompt with background agents counts as not working: the person can type. */
function isWorking(e: Evidence): boolean {
  const activity = activityOf(e);
  // 2.1.329 goes on to report "working" while only background agents run.
  if (activity === 'background') return false;
  if (e.status) return e.status.state === 'working' && !(activity === 'idle' && restsInFact(e));
  if (activity !== 'unknown') return activity !== 'idle';
  return e.turn?.working ?? false;
}

/**
 * So it does for as long as a command runs in the background, its turn over and its prompt free. The screen is
 * believed then, but not the old one that a turn has only just begun behind.
 */
function restsInFact({ turn, status, screen, now }: Evidence): boolean {
  if (turn) return !turn.working;
  return now - Math.max(status?.at ?? now, screen?.at ?? now) > drawnMs;
}

function isCompacting(e: Evidence): boolean {
  return e.compactingSince !== null || activityOf(e) === 'compacting';
}

/**
 * A tool works on this machine: silence on the wire is right, however long. Where hooks tell of the turn they know
 * better than the screen, which shows a tool as running while its input is still being received, and goes on to show
 * it when it is done but the rest of the answer has not come (2.1.329). Without hooks the processes tell.
 */
function inTool(e: Evidence): boolean {
  if ((e.sample?.workers ?? 0) > 0) return true;
  if (e.tools.some((tool) => !tool.delegates && !isOnlyRecorded(tool, e.sample))) return true;
  return activityOf(e) === 'tool' && !e.turn?.working && !commandIsOver(e);
}

/** A command has begun by then, also on a busy machine. */
const beginsMs = 3_000;

/** 1.0.56 and 2.1.42 record a call as soon as it is complete, and run it when its message is: it has no process yet. */
function isOnlyRecorded({ recorded, risk, startedAt }: OpenTool, sample: ProcessSample | null): boolean {
  return recorded && risk === 'command' && sample?.workers === 0 && sample.at - startedAt > beginsMs;
}

/** The screen shows a command, and a look at the processes since then found nothing at work. */
function commandIsOver({ screen, sample }: Evidence): boolean {
  if (!screen?.facts.command || !sample) return false;
  return sample.workers === 0 && sample.at > screen.activitySince;
}
