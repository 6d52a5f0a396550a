/**
 * The process itself is stuck. A working agent usually draws several times a second even when its connection is dead
 * (measured: longest gap 1.1 s). In its transcript view, or with reduced motion, it draws nothing as long as nothing
 * happens, but its event loop runs. So an agent that works, draws nothing, and whose loop does not run is stuck. Print
 * mode has no spinner: there a stuck process uses a whole core, or does not end after its answer.
 */
import type { Millis } from '../../events.ts';
import { momentOf } from '../evidence/clock.ts';
import { lastByteAt } from '../evidence/connection.ts';
import type { Evidence } from '../evidence/index.ts';
import { asleep, type ProcessSample } from '../evidence/sample.ts';
import { inTurn } from '../phases.ts';
import { type Signature, type Suspicion, seconds } from '../verdict.ts';
import { crashedScreen } from './crashed-screen.ts';

const stoppedMs = 1_000;
/**
 * Shares of the machine's memory: from the first on growth is dangerous, from the second on there is nothing to wait
 * for.
 */
const dangerous = 0.6;
const deadly = 0.85;
const growsMs = 10_000;
/** An older sample says nothing about now. While a turn runs, one is taken every two seconds. */
const freshMs = 6_000;
/** Longer than the agent waits for its own background work: up to 30 minutes, 10 in newer versions. */
const maxWaitMs = 35 * 60_000;

/** Judged on the monotonic clock: what the kernel reports is true whether or not anybody is watching. */
const stopped: Signature = {
  class: 'stopped',
  stuck: true,
  help: 'the agent was stopped from outside (state T)',
  whileOutputBlocked: true,
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
 * Growth by gigabytes in seconds has been seen. The agent is ended before the kernel has to choose a victim. A machine
 * that is merely small, or an agent that has always been large, is left alone. Judged on the monotonic clock: memory
 * grows whether or not anybody is watching. Only samples show that it still grows, and between turns none is taken.
 */
const memoryRunaway: Signature = {
  class: 'memory-runaway',
  lasting: true,
  help: 'the agent holds most of the machine’s memory, and more every second',
  whileOutputBlocked: true,
  test({ sample, clock, phase }) {
    if (phase === 'idle' || !sample || sample.memoryShare < dangerous || sample.growingSince === null)
      return null;
    const hasGrown = sample.moment - sample.growingSince >= growsMs || sample.memoryShare >= deadly;
    if (!hasGrown || clock.at - sample.moment > freshMs) return null;
    return {
      since: sample.growingSince - momentOf(clock, 0),
      limit: 0,
      because: () => [`the agent holds ${Math.round(sample.memoryShare * 100)} % of the memory, and grows`],
      cure: 'relaunch',
    };
  },
};

const frozenUi: Signature = {
  class: 'frozen-ui',
  stuck: true,
  help: 'working, yet nothing is drawn: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e) {
    if (!inTurn(e.phase)) return null;
    // An agent whose connection is held is waiting, and some agents draw nothing all that time.
    const { lastOutputAt } = e.terminal;
    const ranAt = e.sample?.busySince === null ? e.sample.ranAt : 0;
    const since = Math.max(lastOutputAt, e.turn.drawsSince ?? 0, e.wire.heldUntil ?? 0, ranAt);
    return forLoading(e, stuck(e, since, `agent ${e.phase}, nothing drawn`));
  },
};

const deafInput: Signature = {
  class: 'deaf-input',
  stuck: true,
  help: 'the person’s keys get no response: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e) {
    const { unansweredKeyAt, inputBlockedSince } = e.terminal;
    if (e.phase === 'gone' || unansweredKeyAt === null) return null;
    // A dialog or an idle prompt may ignore a key, so only a process that is visibly stuck is judged.
    const busySince = e.sample?.busySince ?? null;
    const isSeen = inputBlockedSince !== null || busySince !== null;
    const stuckSince = isSeen ? Math.max(inputBlockedSince ?? 0, busySince ?? 0) : unheardSince(e);
    if (stuckSince === null) return null;
    const since = Math.max(unansweredKeyAt, stuckSince);
    return forLoading(e, stuck(e, since, 'keys unanswered'));
  },
};

/**
 * Since when it is known from its samples that keys do not wake it. An agent that starts may wait without an event
 * loop.
 */
const unheardSince = ({ sample, clock, phase }: Evidence): Millis | null =>
  sample !== null && phase !== 'starting' && clock.at - sample.moment <= freshMs ? sample.unheardSince : null;

/** By then, an agent has drawn that it has taken a command of its own. */
const takenMs = 5_000;

/**
 * An agent that computes and has not shown itself yet, since its start or since a command of its own, gets the time
 * that a large conversation may take to be read.
 */
function forLoading(e: Evidence, suspicion: Suspicion | null): Suspicion | null {
  const { phase, person, terminal, sample } = e;
  const computes = sample !== null && sample.cpuShare >= asleep;
  const isCommand = person.lastCommandAt !== null && terminal.lastOutputAt < person.lastCommandAt + takenMs;
  return suspicion && computes && (phase === 'starting' || isCommand)
    ? { ...suspicion, limit: 'loading' }
    : suspicion;
}

function stuck({ terminal, sample }: Evidence, since: Millis, sign: string): Suspicion | null {
  if (terminal.suspendedSince !== null || (sample?.stoppedSince ?? null) !== null || starved(sample))
    return null;
  const witness = processSays(sample);
  return {
    since,
    limit: witness === null ? 'frozenUnseen' : waitsForDisk(sample) ? 'frozenDisk' : 'frozen',
    because: (lastedMs) => [`${sign} for ${seconds(lastedMs)}`, witness ?? noWitness(sample)],
    cure: 'relaunch',
  };
}

/** The agent wants to run, but the machine gives it no CPU time. Its event loop is not stuck. */
function starved(sample: ProcessSample | null): boolean {
  return sample !== null && sample.state === 'R' && sample.cpuShare < asleep;
}

/** The kernel has it wait for a disk that is busy or asleep, for memory that was swapped out, or for a file server. */
const waitsForDisk = (sample: ProcessSample | null) => sample?.state === 'D';

/** What the process shows that fits a stuck event loop; null: nothing. */
function processSays(sample: ProcessSample | null): string | null {
  if (!sample) return null;
  if (sample.busySince !== null) return oneCore(sample);
  return sample.cpuShare < asleep ? `no CPU used (state ${sample.state})` : null;
}

const noWitness = (sample: ProcessSample | null): string =>
  sample === null ? 'no sample of the process' : `CPU used: ${percent(sample)} of a core`;

const percent = ({ cpuShare }: ProcessSample) => `${Math.round(cpuShare * 100)} %`;
const oneCore = (sample: ProcessSample) => `one core at ${percent(sample)}`;

const heardAt = ({ wire }: Evidence): Millis => Math.max(0, ...wire.connections.map(lastByteAt));

const spinning: Signature = {
  class: 'spinning',
  stuck: true,
  help: 'print mode: one core fully used for a long time, nothing printed, nothing on the wire',
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

/** The agent spins, or sleeps although nothing is left that it could be waiting for. */
const lingering: Signature = {
  class: 'lingering',
  help: 'print mode: the answer has been delivered, but the agent spins or sleeps instead of ending',
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

export const processSignatures = [
  stopped,
  memoryRunaway,
  crashedScreen,
  frozenUi,
  deafInput,
  spinning,
  lingering,
] as const;
