/**
 * The process itself is stuck. A working agent draws several times a second even when its connection is dead
 * (lab notes §1d: longest gap 1.1 s), so silence while working means that its event loop does not turn.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis } from '../../events.ts';
import { momentOf } from '../evidence/clock.ts';
import type { Evidence } from '../evidence/index.ts';
import type { ProcessSample } from '../evidence/sample.ts';
import { limitMs } from '../limits.ts';
import { inTurn } from '../phase.ts';
import type { Signature, Verdict } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Below this share of a core a process that should draw a spinner is not even trying. */
const asleep = 0.005;
const stoppedMs = 1_000;

/** By the monotonic clock: the kernel's word holds whoever attends. */
export const stopped: Signature = {
  class: 'stopped',
  help: 'the agent was stopped from outside (state T)',
  evenUnread: true,
  test({ sample, terminal, agent, clock }) {
    const since = sample?.stoppedSince ?? null;
    if (since === null || terminal.suspendedSince !== null || agent.exit) return null;
    if (clock.at - since < stoppedMs) return null;
    return {
      class: 'stopped',
      since: since - momentOf(clock, 0),
      because: ['the kernel shows the agent stopped (T), and not by Ctrl+Z through the guard'],
      cure: 'wait',
      connections: [],
    };
  },
};

export const frozenUi: Signature = {
  class: 'frozen-ui',
  help: 'working, yet nothing is drawn: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e, config) {
    if (!inTurn(e.phase) || !canDraw(e)) return null;
    const since = Math.max(e.terminal.lastOutputAt, e.turn.drawsSince ?? 0);
    return judge('frozen-ui', since, e, config, `agent ${e.phase}, nothing drawn`);
  },
};

export const deafInput: Signature = {
  class: 'deaf-input',
  help: 'keys of the person get no answer: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e, config) {
    const { unansweredKeyAt, inputBlockedSince } = e.terminal;
    if (e.phase === 'gone' || !canDraw(e) || unansweredKeyAt === null) return null;
    // A dialog or an idle prompt may ignore a key; only a process that is visibly stuck is judged.
    const busySince = e.sample?.busySince ?? null;
    if (inputBlockedSince === null && busySince === null) return null;
    const since = Math.max(unansweredKeyAt, inputBlockedSince ?? 0, busySince ?? 0);
    return judge('deaf-input', since, e, config, 'keys unanswered');
  },
};

function canDraw({ terminal, sample }: Evidence): boolean {
  return terminal.suspendedSince === null && (sample?.stoppedSince ?? null) === null;
}

function judge(name: string, since: Millis, e: Evidence, config: Config, sign: string): Verdict | null {
  if (starved(e.sample)) return null;
  const silentMs = e.now - since;
  const witness = processSays(e.sample);
  const limit = limitMs(witness ? 'frozen' : 'frozenUnseen', config, e.host);
  if (silentMs < limit) return null;
  return {
    class: name,
    since,
    because: [
      `${sign} for ${seconds(silentMs)}`,
      witness ?? 'no sample of the process',
      `limit ${seconds(limit)}`,
    ],
    cure: 'relaunch',
    connections: [],
  };
}

/** It wants to run, and the machine does not let it: that is no event loop that is stuck. */
function starved(sample: ProcessSample | null): boolean {
  return sample !== null && sample.state === 'R' && sample.cpuShare < asleep;
}

/** What the process shows that fits a stuck event loop; null when it shows nothing of the kind. */
function processSays(sample: ProcessSample | null): string | null {
  if (!sample) return null;
  if (sample.busySince !== null) return `one core at ${Math.round(sample.cpuShare * 100)} %`;
  if (sample.cpuShare < asleep) return `no CPU used (state ${sample.state})`;
  return null;
}
