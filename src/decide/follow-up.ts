/** A cure is pending: it is proven, given time, overtaken by events, or followed by the next rung. */
import type { Config } from '../config/schema.ts';
import { detect } from '../detect/detector.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { quietMs, settleMs } from '../detect/rest.ts';
import { giveUp } from './asking.ts';
import { heldVerdict } from './held.ts';
import { close, open, type Step, stay } from './incident.ts';
import { above } from './ladder.ts';
import { probeWhenDue, stable } from './network.ts';
import { personTypes, typeNudge } from './nudging.ts';
import { helped, underWay, wasRefused } from './proof.ts';
import { takeRung } from './rungs.ts';
import type { GuardState } from './state.ts';

/** A cure is pending: proof, patience, or the next rung. */
export function followUp(state: GuardState, cure: NonNullable<GuardState['cure']>, config: Config): Step {
  const { evidence: e } = state;
  if (cure.stage === 'network') {
    if (overBefore(cure, e)) return close(state, 'recovered');
    if (stirs(cure, e)) {
      const lookOn = { ...cure, rung: 'hold', stage: 'verify', deadline: null } as const;
      return stay({ ...state, probing: null, cure: lookOn });
    }
    return stable(state, config) && !personTypes(state)
      ? typeNudge(state, cure.class)
      : probeWhenDue(state, config);
  }
  if (cure.rung === 'relaunch' && e.phase === 'dialog' && state.menu !== 'answering') {
    // The menu that was answered needs a moment to leave the screen.
    if (state.menu === 'answered' && (cure.deadline ?? 0) > e.now) return stay(state);
    return giveUp(state, 'the resumed agent asks something that only a person can answer');
  }
  if (helped(cure, e)) return close({ ...state, name: 'watching' }, 'recovered');
  if (cure.rung === 'hold') return followHold(state, config);
  // A cut can end the turn (lab notes §1b, inside a tool call): that is judged by signatures of its own, at once.
  if (cure.rung === 'cut' && e.phase === 'idle') return judgeAgain(state, config);
  // What went up was refused: nothing is proven by waiting.
  if (wasRefused(cure, e)) return quietMs(e) < settleMs ? stay(state) : judgeAgain(state, config);
  // The next agent has crashed, too: nor is it here.
  if (e.screen?.facts.activity === 'crashed') return judgeAgain(state, config);
  if (cure.deadline === null || e.now < cure.deadline) return stay(state);
  // It took, and is silent again: that is judged by the limits for silence, not by the time for a proof.
  if (underWay(cure, e)) return judgeAgain(state, config);
  // In print mode an agent that waits out its own pause looks like this: only a new sign justifies more.
  if (cure.rung === 'cut' && e.agent.unattended) return judgeAgain(state, config);
  // Without the tunnel's eyes a short turn is easily missed; a free prompt without an error is nothing to relaunch for.
  if (cure.rung === 'nudge' && e.wire.seen === 0 && e.phase === 'idle' && e.turn.failure === null)
    return close(state, 'recovered');
  return takeRung(
    state,
    above(cure.rung),
    {
      class: cure.class,
      since: cure.at,
      because: [`no proof that the ${cure.rung} helped`],
      cure: above(cure.rung),
      connections: e.wire.connections.map((connection) => connection.id),
    },
    config,
  );
}

const ofTheWire: readonly string[] = ['dead-stream', 'no-first-byte', 'silent-screen'];

/** While the nudge waited for the network or for the person, what it was for has passed. */
function overBefore(cure: NonNullable<GuardState['cure']>, e: Evidence): boolean {
  if (cure.class === 'failed-turn' || cure.class === 'silent-end') return e.phase !== 'idle';
  if (!ofTheWire.includes(cure.class)) return false;
  return (
    (e.wire.lastDownAt ?? 0) > cure.at || e.turn.listeningSince === null || e.turn.listeningSince > cure.at
  );
}

/** While the nudge waited, the agent tried again by itself, or its connection was made at last: let it. */
function stirs(cure: NonNullable<GuardState['cure']>, e: Evidence): boolean {
  if (!ofTheWire.includes(cure.class)) return false;
  const tried =
    (e.wire.lastRequestAt ?? 0) > cure.at || e.wire.connections.some(({ openedAt }) => openedAt > cure.at);
  return tried || e.wire.waiting.length > 0;
}

/** The hold ended without a byte: the agent's own ladder is next, and the detector looks on. */
function followHold(state: GuardState, config: Config): Step {
  if (state.evidence.wire.waiting.length > 0) return stay(state);
  return judgeAgain(state, config);
}

/** A prompt that has been free for as long ends the incident of its turn. */
const overMs = 10_000;

/** The agent tries again by itself; only a new verdict justifies more. The incident ends with the turn. */
function judgeAgain(state: GuardState, config: Config): Step {
  const { evidence: e } = state;
  const verdict = detect(e, config) ?? heldVerdict(state);
  if (verdict) return takeRung(open(state, verdict), verdict.cure, verdict, config);
  if (e.turn.failure === null && quietMs(e) > overMs) return close(state, 'recovered');
  return stay(state);
}
