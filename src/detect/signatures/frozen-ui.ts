/**
 * The process itself is stuck. A working agent draws several times a second even when its connection is dead
 * (lab notes §1d: longest gap 1.1 s), so silence while working means that its event loop does not turn.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis } from '../../events.ts';
import type { Evidence, ProcessSample } from '../evidence.ts';
import { inTurn } from '../phase.ts';
import type { Signature, Verdict } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Below this share of a core a process that should draw a spinner is not even trying. */
const asleep = 0.005;
/** Without a look at the process, silence must last this many times longer. */
const doubt = 3;

export const stopped: Signature = {
  class: 'stopped',
  help: 'the agent was stopped from outside (state T)',
  evenUnread: true,
  test(e) {
    const since = e.sample?.stoppedSince ?? null;
    if (since === null || e.suspended || e.exit || e.now - since < 1_000) return null;
    return {
      class: 'stopped',
      since,
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
  test(e, phase, config) {
    if (!inTurn(phase) || !canDraw(e)) return null;
    const since = Math.max(e.lastOutputAt, e.drawsSince ?? 0);
    return judge('frozen-ui', since, e, config, `agent ${phase}, nothing drawn`);
  },
};

export const deafInput: Signature = {
  class: 'deaf-input',
  help: 'keys of the person get no answer: the event loop is stuck or spinning',
  needsTerminal: true,
  test(e, phase, config) {
    if (phase === 'gone' || phase === 'suspended' || !canDraw(e) || e.unansweredKeyAt === null) return null;
    // A dialog or an idle prompt may ignore a key; only a process that is visibly stuck is judged.
    const stuck = e.inputBlockedSince !== null || (e.sample?.busySince ?? null) !== null;
    if (!stuck) return null;
    const since = Math.max(e.unansweredKeyAt, e.inputBlockedSince ?? 0, e.sample?.busySince ?? 0);
    return judge('deaf-input', since, e, config, 'keys unanswered');
  },
};

function canDraw(e: Evidence): boolean {
  return !e.suspended && (e.sample?.stoppedSince ?? null) === null;
}

function judge(name: string, quietSince: Millis, e: Evidence, config: Config, sign: string): Verdict | null {
  if (starved(e.sample)) return null;
  const since = Math.max(quietSince, e.attentiveSince);
  const silentMs = e.now - since;
  const witness = processSays(e.sample);
  const limitMs = config.recovery.frozen_ui_timeout_ms * (witness ? 1 : doubt);
  if (silentMs < limitMs) return null;
  return {
    class: name,
    since,
    because: [
      `${sign} for ${seconds(silentMs)}`,
      witness ?? 'no sample of the process',
      `limit ${seconds(limitMs)}`,
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
