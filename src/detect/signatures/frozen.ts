/**
 * The process itself is stuck. A working agent draws several times a second even when its connection is dead
 * (lab notes §1d: longest gap 1.1 s), so silence while working means that its event loop does not turn. Print mode has
 * no spinner that could stand still: there the process burns a whole core, or stays on after its answer.
 */
import type { Millis } from '../../events.ts';
import { momentOf } from '../evidence/clock.ts';
import type { Evidence } from '../evidence/index.ts';
import type { ProcessSample } from '../evidence/sample.ts';
import { lastByteAt } from '../evidence/wire.ts';
import { inTurn } from '../phases.ts';
import { type Signature, type Suspicion, seconds } from '../verdict.ts';
import { crashedScreen } from './crashed-screen.ts';

/** Below this share of a core a process that should draw a spinner is not even trying. */
const asleep = 0.005;
const ticking = 0.1;
const stoppedMs = 1_000;
/** Share of the machine's memory from which growth is dangerous, and from which nothing is left to wait for. */
const dangerous = 0.6;
const deadly = 0.85;
const growsMs = 10_000;
/** The agent waits for its own background work for up to 30 minutes, newer ones for 10; this is longer. */
const maxWaitMs = 35 * 60_000;

/** By the monotonic clock: the kernel's word holds whoever attends. */
const stopped: Signature = {
  class: 'stopped',
  help: 'the agent was stopped from outside (state T)',
  evenUnread: true,
  test({ sample, terminal, agent, clock }) {
    const since = sample?.stoppedSince ?? null;
    if (since === null || terminal.suspendedSince !== null || agent.exit) return null;
    return {
      since: since - momentOf(clock, 0),
      limit: stoppedMs,
      because: () => ['the kernel shows the agent stopped (T), and not by Ctrl+Z through the guard'],
      cure: 'wait',
    };
  },
};

/**
 * Gigabytes in seconds have been seen: ended before the kernel has to choose a victim. A machine that is merely small,
 * or an agent that has always been large, is left alone. By the monotonic clock: memory grows whoever attends.
 */
const memoryRunaway: Signature = {
  class: 'memory-runaway',
  help: 'the agent takes most of the memory of the machine, and more every second',
  evenUnread: true,
  test({ sample, clock }) {
    if (!sample || sample.memoryShare < dangerous || sample.growingSince === null) return null;
    return {
      since: sample.growingSince - momentOf(clock, 0),
      limit: sample.memoryShare < deadly ? growsMs : 0,
      because: () => [`the agent holds ${Math.round(sample.memoryShare * 100)} % of the memory, and grows`],
      cure: 'relaunch',
    };
  },
};

const frozenUi: Signature = {
  class: 'frozen-ui',
  help: 'working, yet nothing is drawn: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e) {
    if (!inTurn(e.phase)) return null;
    // While its connection is held an agent waits, and some draw nothing for as long as it lasts.
    const { lastOutputAt } = e.terminal;
    const since = Math.max(lastOutputAt, e.turn.drawsSince ?? 0, e.wire.heldUntil ?? 0);
    const suspicion = stuck(e, since, `agent ${e.phase}, nothing drawn`);
    return suspicion && ticks(e.sample) ? { ...suspicion, limit: 'frozenTicking' } : suspicion;
  },
};

const deafInput: Signature = {
  class: 'deaf-input',
  help: 'keys of the person get no answer: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e) {
    const { unansweredKeyAt, inputBlockedSince } = e.terminal;
    if (e.phase === 'gone' || unansweredKeyAt === null) return null;
    // A dialog or an idle prompt may ignore a key; only a process that is visibly stuck is judged.
    const busySince = e.sample?.busySince ?? null;
    if (inputBlockedSince === null && busySince === null) return null;
    return stuck(e, Math.max(unansweredKeyAt, inputBlockedSince ?? 0, busySince ?? 0), 'keys unanswered');
  },
};

function stuck({ terminal, sample }: Evidence, since: Millis, sign: string): Suspicion | null {
  if (terminal.suspendedSince !== null || (sample?.stoppedSince ?? null) !== null || starved(sample))
    return null;
  const witness = processSays(sample);
  return {
    since,
    limit: witness ? 'frozen' : 'frozenUnseen',
    because: (lastedMs) => [`${sign} for ${seconds(lastedMs)}`, witness ?? 'no sample of the process'],
    cure: 'relaunch',
  };
}

/** Its timers run: 0.02 to 0.03 of a core in an agent that waits and draws nothing (measured); a spinner takes far more. */
function ticks(sample: ProcessSample | null): boolean {
  return sample !== null && sample.cpuShare >= asleep && sample.cpuShare < ticking;
}

/** It wants to run, and the machine does not let it: that is no event loop that is stuck. */
function starved(sample: ProcessSample | null): boolean {
  return sample !== null && sample.state === 'R' && sample.cpuShare < asleep;
}

/** What the process shows that fits a stuck event loop; null when it shows nothing of the kind. */
function processSays(sample: ProcessSample | null): string | null {
  if (!sample) return null;
  if (sample.busySince !== null) return oneCore(sample);
  return sample.cpuShare < asleep ? `no CPU used (state ${sample.state})` : null;
}

const oneCore = ({ cpuShare }: ProcessSample) => `one core at ${Math.round(cpuShare * 100)} %`;

const heardAt = ({ wire }: Evidence): Millis => Math.max(0, ...wire.connections.map(lastByteAt));

const spinning: Signature = {
  class: 'spinning',
  help: 'print mode: one core fully used for long, nothing printed, nothing on the wire',
  test(e) {
    const { sample, agent, terminal, turn } = e;
    if (!agent.unattended || e.phase !== 'working' || !sample || sample.busySince === null) return null;
    return {
      since: Math.max(sample.busySince, terminal.lastOutputAt, turn.workingSince ?? 0, heardAt(e)),
      limit: 'spinning',
      because: (lastedMs) => [
        `${oneCore(sample)} for ${seconds(lastedMs)}`,
        'nothing printed, nothing on the wire, no tool running',
      ],
      cure: 'relaunch',
    };
  },
};

/** It spins, or sleeps with nothing left that it could be waiting for. */
const lingering: Signature = {
  class: 'lingering',
  help: 'print mode: the answer is handed out, and the agent spins or sleeps on instead of ending',
  test(e) {
    const { deliveredAt, exit } = e.agent;
    const { sample } = e;
    if (deliveredAt === null || exit || !sample || sample.workers > 0 || e.tools.length > 0) return null;
    const idles = sample.busySince === null;
    return {
      since: Math.max(deliveredAt, e.terminal.lastOutputAt, heardAt(e), sample.busySince ?? 0),
      limit: idles ? maxWaitMs : 'spinning',
      because: (lastedMs) => [
        `the answer was handed out ${seconds(e.now - deliveredAt)} ago`,
        ...(idles
          ? [
              `nothing runs, nothing is printed, nothing is on the wire for ${seconds(lastedMs)}`,
              `limit ${seconds(maxWaitMs)}`,
            ]
          : [`${oneCore(sample)} for ${seconds(lastedMs)}`]),
      ],
      cure: 'relaunch',
    };
  },
};

export const ofProcess = [
  stopped,
  memoryRunaway,
  crashedScreen,
  frozenUi,
  deafInput,
  spinning,
  lingering,
] as const;
