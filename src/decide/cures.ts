/**
 * Watching a living agent: judge, cure with the mildest rung that is allowed, demand proof, climb.
 */
import type { Config } from '../config/schema.ts';
import { detect } from '../detect/detector.ts';
import type { Evidence } from '../detect/evidence.ts';
import { disconnectPhaseOf, inTurn, phaseOf } from '../detect/phase.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { DisconnectPhase, Rung } from '../effects.ts';
import type { Event } from '../events.ts';
import { backoff } from './backoff.ts';
import { perIncident, recentRelaunches, spend } from './budget.ts';
import type { Step } from './incident.ts';
import { act, andThen, close, open, stay } from './incident.ts';
import { above, allowed } from './ladder.ts';
import { answerMenu, menuAnswer } from './menu.ts';
import { pace, probeWhenDue, stable } from './network.ts';
import { helped, proofMs, underWay } from './proof.ts';
import type { GuardState } from './state.ts';

/** SIGTERM first; a process that spins does not hear it. */
const stopGraceMs = 2_000;
const longestCoolDownMs = 3_600_000;
/** A person who typed this recently is still typing, and left alone. */
const typingPauseMs = 5_000;
/** A draft that nobody goes on with: after this many tries the person is told instead. */
const mostYields = 12;

/** One look at a living agent. */
export function watch(state: GuardState, config: Config): Step {
  if (state.paused || state.evidence.exit) return stay(state);
  if (state.incident && personInterrupted(state)) {
    return close({ ...state, name: 'watching' }, 'user');
  }
  if (state.name === 'asking' && state.evidence.now - state.since >= coolDownMs(state, config))
    return tryOnceMore(state);
  const answer = menuAnswer(state, config);
  if (answer) return answerMenu(state, answer);
  if (state.incident && !state.cure && personTook(state))
    return close({ ...state, name: 'watching' }, 'user');
  if (state.cure) return followUp(state, state.cure, config);
  return judge(state, config);
}

function judge(state: GuardState, config: Config): Step {
  const held = heldVerdict(state);
  const verdict = detect(state.evidence, config) ?? held;
  return verdict ? takeRung(open(state, verdict), verdict.cure, verdict, config) : { state, effects: [] };
}

/** The tunnel holds the agent's connection: nothing to do but to say so. */
function heldVerdict({ evidence: e }: GuardState): Verdict | null {
  const [waiting] = e.waiting;
  if (!waiting || !inTurn(phaseOf(e))) return null;
  const limit = waiting.of === null ? 'as long as it takes' : `${waiting.of} attempts`;
  return {
    class: waiting.cause === 'refused' || waiting.cause === 'reset' ? waiting.cause : 'offline',
    since: waiting.since,
    because: [`${waiting.host} cannot be reached: ${waiting.cause}`, `the connection is held, ${limit}`],
    cure: 'hold',
    connections: [waiting.id],
  };
}

/** How long the guard only looks on after it has asked: the window of the restart intensity, doubling to an hour. */
function coolDownMs({ asked }: GuardState, config: Config): number {
  return Math.min(longestCoolDownMs, config.recovery.restart_window_ms * 2 ** Math.max(0, asked - 1));
}

/** The half-open circuit: nobody came, so one nudge or one relaunch more, if there is still a reason. */
function tryOnceMore(state: GuardState): Step {
  return stay({
    ...state,
    name: 'watching',
    since: state.evidence.now,
    cure: null,
    used: { ...state.used, cut: perIncident.cut, nudge: perIncident.nudge - 1 },
  });
}

/** Applies the mildest allowed rung at or above `wanted`. */
export function takeRung(state: GuardState, wanted: Rung, verdict: Verdict, config: Config): Step {
  const { evidence: e } = state;
  const rung = allowed(wanted, state, config);
  switch (rung) {
    case 'wait':
      return andThen(
        // The look at the process that said "stopped" is spent: only a new one may say so again.
        act(
          withCure({ ...state, evidence: { ...e, sample: null } }, 'wait', verdict.class, proofMs.wait),
          'wait',
          'continued a stopped agent',
        ),
        (next) => ({
          state: next,
          effects: [{ type: 'continue', generation: e.generation }],
        }),
      );
    case 'hold':
      return act(withCure(state, 'hold', verdict.class, null), 'hold', verdict.because.join('; '));
    case 'cut': {
      const cutting: GuardState = {
        ...withCure(spend('cut', state), 'cut', verdict.class, proofMs.cut),
        evidence: { ...e, patience: e.patience * 2 },
      };
      const connections = verdict.connections;
      return andThen(act(cutting, 'cut', `connections ${connections.join(', ')}`), (next) => ({
        state: next,
        effects: [{ type: 'cut', connections, why: verdict.class }],
      }));
    }
    case 'nudge':
      return beginNudge(state, verdict.class, config);
    case 'relaunch':
      return beginRelaunch(state, verdict.class, config);
    case 'ask':
      return giveUp(state, config, verdict.because.join('; '));
  }
}

/** A cure is pending: proof, patience, or the next rung. */
function followUp(state: GuardState, cure: NonNullable<GuardState['cure']>, config: Config): Step {
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
  if (cure.rung === 'relaunch' && phaseOf(e) === 'dialog' && state.menu !== 'answering') {
    // The menu that was answered needs a moment to leave the screen.
    if (state.menu === 'answered' && (cure.deadline ?? 0) > e.now) return stay(state);
    return giveUp(state, config, 'the resumed agent asks something that only a person can answer');
  }
  if (helped(cure, e)) return close({ ...state, name: 'watching' }, 'recovered');
  if (cure.rung === 'hold') return followHold(state, config);
  // A cut can end the turn (lab notes §1b, inside a tool call): that is judged by signatures of its own, at once.
  if (cure.rung === 'cut' && phaseOf(e) === 'idle') return judgeAgain(state, config);
  if (cure.deadline === null || e.now < cure.deadline) return stay(state);
  if (cure.rung === 'cut' && underWay(cure, e)) return judgeAgain(state, config);
  // In print mode an agent that waits out its own pause looks like this: only a new sign justifies more.
  if (cure.rung === 'cut' && e.unattended) return judgeAgain(state, config);
  return takeRung(
    state,
    above(cure.rung),
    {
      class: cure.class,
      since: cure.at,
      because: [`no proof that the ${cure.rung} helped`],
      cure: above(cure.rung),
      connections: e.connections.map((connection) => connection.id),
    },
    config,
  );
}

const ofTheWire: readonly string[] = ['dead-stream', 'no-first-byte', 'silent-screen'];

/** While the nudge waited for the network or for the person, what it was for has passed. */
function overBefore(cure: NonNullable<GuardState['cure']>, e: Evidence): boolean {
  if (cure.class === 'failed-turn' || cure.class === 'silent-end') return phaseOf(e) !== 'idle';
  if (!ofTheWire.includes(cure.class)) return false;
  return (e.lastDownAt ?? 0) > cure.at || e.listeningSince === null || e.listeningSince > cure.at;
}

/** While the nudge waited, the agent tried again by itself, or its connection was made at last: let it. */
function stirs(cure: NonNullable<GuardState['cure']>, e: Evidence): boolean {
  if (!ofTheWire.includes(cure.class)) return false;
  const tried = (e.lastRequestAt ?? 0) > cure.at || e.connections.some(({ openedAt }) => openedAt > cure.at);
  return tried || e.waiting.length > 0;
}

/** The hold ended without a byte: the agent's own ladder is next, and the detector looks on. */
function followHold(state: GuardState, config: Config): Step {
  if (state.evidence.waiting.length > 0) return stay(state);
  return judgeAgain(state, config);
}

/** The agent tries again by itself; only a new verdict justifies more. The incident ends with the turn. */
function judgeAgain(state: GuardState, config: Config): Step {
  const { evidence: e } = state;
  const verdict = detect(e, config) ?? heldVerdict(state);
  if (verdict) return takeRung(open(state, withRegret(state, verdict)), verdict.cure, verdict, config);
  if (phaseOf(e) === 'idle' && e.failure === null && e.idleSince !== null && e.now - e.idleSince > 10_000) {
    return close(state, 'recovered');
  }
  return stay(state);
}

/** The same silence again after a cut: the connection was perhaps alive, and the answer only slow. */
function withRegret(state: GuardState, verdict: Verdict): Verdict {
  if (state.cure?.rung !== 'cut' || verdict.class !== state.cure.class) return verdict;
  return {
    ...verdict,
    because: [...verdict.because, 'the same silence followed the cut: perhaps a false alarm'],
  };
}

export function beginNudge(state: GuardState, cause: string, config: Config): Step {
  const nudging: GuardState = {
    ...withCure(spend('nudge', state), 'nudge', cause, null),
    probing: { nextAt: state.evidence.now, failures: 0 },
    evidence: {
      ...state.evidence,
      goodProbes: 0,
      compactionsCured: state.evidence.compactionsCured + (cause === 'stuck-compaction' ? 1 : 0),
    },
  };
  const cure = nudging.cure && { ...nudging.cure, stage: 'network' as const };
  return probeWhenDue({ ...nudging, cure }, config);
}

function typeNudge(state: GuardState, cause: string): Step {
  const { evidence: e } = state;
  const typing: GuardState = {
    ...state,
    probing: null,
    cure: {
      rung: 'nudge',
      class: cause,
      at: e.now,
      stage: 'typing',
      deadline: e.now + 60_000,
      yielded: state.cure?.yielded ?? 0,
    },
  };
  return andThen(act(typing, 'nudge', 'interrupt, prompt, submit in the living process'), (next) => ({
    state: next,
    effects: [{ type: 'nudge', generation: e.generation, phase: disconnectPhaseOf(e), cause }],
  }));
}

export function onNudgeDone(state: GuardState, event: Event, config: Config): Step {
  const { cure, evidence: e } = state;
  if (event.type !== 'nudge.done' || cure?.stage !== 'typing') return stay(state);
  switch (event.outcome) {
    case 'submitted':
      return {
        state: { ...state, cure: { ...cure, stage: 'verify', at: e.now, deadline: e.now + proofMs.nudge } },
        effects: [],
      };
    case 'person-typing':
      if (cure.yielded >= mostYields) return giveUp(state, config, 'your own text is in the input box');
      return andThen(act(state, 'wait', 'somebody is typing'), (next) => ({
        state: {
          ...next,
          cure: { ...cure, stage: 'network', yielded: cure.yielded + 1 },
          probing: { nextAt: e.now + typingPauseMs, failures: 0 },
          evidence: { ...e, goodProbes: 0 },
        },
        effects: [],
      }));
    case 'dialog':
      return giveUp(state, config, 'the agent asks something that only a person can answer');
    case 'not-idle':
    case 'no-echo':
      return takeRung(
        state,
        'relaunch',
        {
          class: cure.class,
          since: cure.at,
          because: [`the agent did not take the nudge: ${event.outcome}`],
          cure: 'relaunch',
          connections: [],
        },
        config,
      );
    case 'agent-gone':
      return stay(state);
  }
}

export function beginRelaunch(state: GuardState, cause: string, config: Config): Step {
  const { evidence: e } = state;
  const phase = disconnectPhaseOf(e);
  const tries = recentRelaunches(state, config).length;
  const pauseMs = tries === 0 ? 0 : backoff(tries, pace(config), 0.5);
  const stopping: GuardState = {
    ...state,
    name: 'stopping',
    since: e.now,
    cure: null,
    down: { cause, phase, prompt: unfinished(phase, cause), launchAt: e.now + pauseMs, unknownCommands: 0 },
    evidence: { ...e, historiesRepaired: e.historiesRepaired + (cause === 'broken-history' ? 1 : 0) },
  };
  return {
    state: stopping,
    effects: [{ type: 'stop', generation: e.generation, graceMs: e.exit ? 0 : stopGraceMs, phase, cause }],
  };
}

/** A turn ran, or ended without its answer. */
function unfinished(phase: DisconnectPhase, cause: string): boolean {
  return phase !== 'between_turns' || ['failed-turn', 'silent-end', 'broken-history'].includes(cause);
}

/**
 * Out of cures. With a living agent: leave it alone, tell the person, look on. Without one: say how to go on by hand
 * and end with the agent's own exit.
 */
export function giveUp(
  state: GuardState,
  _config: Config,
  detail: string,
  outcome: 'gave_up' | 'user' = 'gave_up',
): Step {
  const { evidence: e } = state;
  const cause = state.incident?.class ?? 'unknown';
  const asked = act(state, 'ask', detail);
  const alive = e.exit === null && state.name !== 'down' && state.name !== 'launching';
  if (!alive) {
    return andThen(asked, (next) =>
      andThen(close(next, outcome), (closed) => ({
        state: { ...closed, name: 'finished', since: e.now },
        effects: [
          { type: 'notice', notice: { kind: 'gave-up', cause, detail } },
          { type: 'exit', code: e.exit?.code ?? 1, signal: e.exit?.signal ?? null },
        ],
      })),
    );
  }
  return andThen(asked, (next) => {
    const asking = {
      ...withCure(next, 'ask', cause, null),
      name: 'asking' as const,
      since: e.now,
      asked: next.asked + 1,
    };
    const { incident } = asking;
    return { state: asking, effects: incident ? [{ type: 'notify', what: 'blocked', incident }] : [] };
  });
}

function withCure(state: GuardState, rung: Rung, cause: string, waitMs: number | null): GuardState {
  const at = state.evidence.now;
  return {
    ...state,
    cure: {
      rung,
      class: cause,
      at,
      stage: 'verify',
      deadline: waitMs === null ? null : at + waitMs,
      yielded: 0,
    },
  };
}

function personTypes({ evidence: e }: GuardState): boolean {
  return e.lastKeyAt !== null && e.now - e.lastKeyAt < typingPauseMs;
}

/** Keys after an incident for which nothing is pending: it is theirs. */
function personTook({ incident, evidence: e }: GuardState): boolean {
  return incident !== null && e.lastKeyAt !== null && e.lastKeyAt > incident.detectedAt;
}

/** Esc or Ctrl+C of the person after the incident began: they deal with it. */
function personInterrupted(state: GuardState): boolean {
  const { lastInterruptAt } = state.evidence;
  return lastInterruptAt !== null && state.incident !== null && lastInterruptAt > state.incident.detectedAt;
}
