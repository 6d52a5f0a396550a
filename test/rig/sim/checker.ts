/**
 * The rules. They know the world's truth and what the guard did to it, nothing of what the guard thinks: nobody is
 * touched who can go on alone, nobody is started beside a living agent, cures between two inputs are few, and trouble
 * is noticed in time.
 */
import { perInput } from '../../../src/decide/budget.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Millis } from '../../../src/events.ts';
import type { Agent } from './agent.ts';
import type { Line } from './line.ts';
import type { Senses } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import { type Trouble, troubles } from './trouble.ts';

export interface Violation {
  readonly at: Millis;
  readonly rule: string;
  readonly what: string;
}

export interface Checker {
  readonly violations: readonly Violation[];
  violate(rule: string, what: string): void;
  /** Looks at the truth; call it before anything is told to the guard. */
  look(): void;
  check(effect: Effect): void;
  /** The person has pressed a key. @param begins a turn begins by it */
  touched(submits: boolean, begins: boolean): void;
  slept(): void;
  /** The guard has no turn for so long. */
  stalled(ms: Millis): void;
  nudged(): void;
}

/** What the guard learns late by so much it may act on. */
const lateMs = 1_500;
/** By then the request that a hook has held up is on its way, and the guard has heard of it. */
const afterHookMs = 4_000;

/** More in this time help nobody: each question rings a bell, each record is a line on the disk. */
const spamMs = 600_000;
const maxQuestions = 5;
const maxOf: { readonly [Type in Effect['type']]?: number } = {
  incident: 100,
  notice: 100,
  remember: 100,
  title: 1_300, // it counts down, second by second
  probe: 300,
};
/** How long trouble may be left to a person who has come, with room for sleeps and stalls, which do not count. */
const takenMs = 1_200_000;

export function createChecker(
  scheduler: Scheduler,
  senses: Senses,
  line: Line,
  agents: () => readonly Agent[],
): Checker {
  const violations: Violation[] = [];
  /** When the latest agent was last seen in trouble, and which. */
  let trouble: { readonly what: Trouble; readonly at: Millis } | null = null;
  /**
   * The trouble that there is, and since when nobody has noticed although they could: a line that is away and a
   * question to the person come first. Null: there is none.
   */
  let unseen: {
    readonly what: Trouble;
    readonly beganAt: Millis;
    countsFrom: Millis;
    isTold: boolean;
  } | null = null;
  /** The latest hook of the person's that was seen to take its time. */
  let hook: { readonly since: Millis; readonly seenAt: Millis } | null = null;
  let touchedAt = Number.NEGATIVE_INFINITY;
  /** A question is open: the person has not come since. */
  let isCalled = false;
  /** When they last came because they were called, before the next turn began. */
  let cameAt = Number.NEGATIVE_INFINITY;
  /** When the latest agent, which was alive, began to be stopped. How another one has died, the guard may not know. */
  let stoppedAt = Number.NEGATIVE_INFINITY;
  let stalledUntil = 0;
  let isNudging = false;
  /** Something is done about it, or an incident is on record that has not ended. */
  let isNoticed = false;
  let cuts = 0;
  let launches = 0;
  let sleeps = 0;
  /** When the person was last asked to act. */
  let questions: readonly Millis[] = [];
  const done = new Map<Effect['type'], readonly Millis[]>();

  const latest = (): Agent | undefined => agents().at(-1);
  const wasInTrouble = (): boolean => trouble !== null && scheduler.now() - trouble.at <= lateMs;

  /** The person was called, and came when the trouble was already there: they see it. */
  const isTaken = (beganAt: Millis): boolean => cameAt >= beganAt && scheduler.now() - touchedAt < takenMs;

  function watchNotice(what: Trouble | null): void {
    const now = scheduler.now();
    if (what !== unseen?.what) unseen = what && { what, beganAt: now, countsFrom: now, isTold: false };
    if (unseen === null) return;
    const isAsked = latest()?.asksPerson() && touchedAt < unseen.beganAt;
    if (line.state() !== 'up' || isNoticed || isAsked || isTaken(unseen.beganAt)) unseen.countsFrom = now;
    unseen.countsFrom = Math.max(unseen.countsFrom, Math.min(now, stalledUntil));
    const { withinMs, isTold = () => true, isAtPrompt } = troubles[unseen.what];
    const isTheirs = isAtPrompt && touchedAt > unseen.beganAt - lateMs;
    if (unseen.isTold || isTheirs || !isTold(senses) || now - unseen.countsFrom < withinMs) return;
    unseen.isTold = true;
    checker.violate('trouble is noticed', `${what} for ${Math.round(withinMs / 1_000)} s`);
  }
  /**
   * What docs/limits.md names: before the turn has asked anything, and while a hook of the person's takes its time,
   * nothing tells a request of a conversation's size, on the side or just before the turn, from its own. The cut costs
   * the turn nothing.
   */
  function isKnownLimit(): boolean {
    if (hook === null || scheduler.now() - hook.seenAt > afterHookMs) return false;
    return line.muchAskedAt() >= hook.since - lateMs;
  }
  function checkCut({ connections, why }: Extract<Effect, { type: 'cut' }>): void {
    cuts++;
    const isAnyBroken = connections.some((id) => {
      const connection = line.find(id);
      return connection === undefined || connection.isDead || connection.stuckSince !== null;
    });
    if (!isAnyBroken && !wasInTrouble() && !isKnownLimit())
      checker.violate('no healthy agent is cut', `${why}: connections ${connections.join(', ')}`);
    if (cuts > perInput.cut + sleeps) checker.violate('cuts are few', `${cuts} since the last input`);
  }
  function checkQuestion(cause: string): void {
    isCalled = true;
    questions = [...recent(questions), scheduler.now()];
    if (questions.length > maxQuestions)
      checker.violate('nobody is asked the same all the time', `${cause}: ${questions.length} times`);
  }
  /** Whatever is written or shown costs something each time. */
  function checkPace({ type }: Effect): void {
    const max = maxOf[type];
    if (max === undefined) return;
    const moments = [...recent(done.get(type) ?? []), scheduler.now()];
    done.set(type, moments);
    if (moments.length > max)
      checker.violate('nothing is done all the time', `${type}: ${moments.length} times`);
  }
  const recent = (moments: readonly Millis[]) => moments.filter((at) => scheduler.now() - at < spamMs);
  function checkLaunch({ prompt }: Extract<Effect, { type: 'launch' }>): void {
    launches++;
    const cut = latest()?.cutOff() ?? null;
    const isKnown = cut === 'in-turn' || (cut !== null && (troubles[cut].isTold?.(senses) ?? true));
    if (!prompt && isKnown && touchedAt < stoppedAt)
      checker.violate('no unfinished turn is dropped', 'the next agent is not told to go on');
    if (agents().some((agent) => agent.isAlive()))
      checker.violate('one living agent', 'another is started beside it');
    if (launches > perInput.relaunch)
      checker.violate('relaunches are few', `${launches} since the last input`);
  }

  const checker: Checker = {
    violations,
    violate(rule, what) {
      violations.push({ at: scheduler.now(), rule, what });
    },
    look() {
      const what = latest()?.trouble() ?? null;
      if (what !== null) trouble = { what, at: scheduler.now() };
      const hookSince = latest()?.hookSince() ?? null;
      if (hookSince !== null) hook = { since: hookSince, seenAt: scheduler.now() };
      watchNotice(what);
    },
    check(effect) {
      checker.look();
      checkPace(effect);
      switch (effect.type) {
        case 'cut':
          return checkCut(effect);
        case 'nudge':
        case 'stop':
          if (effect.type === 'nudge') {
            if (isNudging) checker.violate('one nudge at a time', effect.cause);
            isNudging = true;
          }
          if (!wasInTrouble())
            checker.violate(`no healthy agent gets a ${effect.type}`, `${effect.cause} in ${effect.phase}`);
          if (effect.type === 'stop') {
            isNoticed = true;
            stoppedAt = latest()?.isAlive() ? scheduler.now() : Number.NEGATIVE_INFINITY;
          }
          return;
        case 'incident':
          isNoticed = effect.incident.endedAt === null;
          return;
        case 'launch':
          return checkLaunch(effect);
        case 'notify':
          if (effect.what === 'blocked') checkQuestion(effect.incident.class);
          return;
        default:
      }
    },
    touched(submits, begins) {
      checker.look(); // until now, the trouble may have been left to them
      touchedAt = scheduler.now();
      if (isCalled) cameAt = touchedAt;
      isCalled = false;
      if (!submits) return;
      if (begins) {
        questions = []; // the next turn may fail anew
        cameAt = Number.NEGATIVE_INFINITY;
      }
      cuts = 0;
      launches = 0;
      sleeps = 0;
    },
    slept() {
      sleeps++;
      if (unseen !== null) unseen.countsFrom = scheduler.now();
    },
    stalled(ms) {
      stalledUntil = Math.max(stalledUntil, scheduler.now() + ms);
    },
    nudged() {
      isNudging = false;
    },
  };
  return checker;
}
