/**
 * One seed, one run: hours in which anything may happen (safety), and then, with the faults over, less than one in which
 * every turn must come to its end or a person must have been asked (liveness).
 */
import { defaults } from '../../../src/config/schema.ts';
import { deadlySleepMs } from '../../../src/detect/limits.ts';
import type { Effect, Incident } from '../../../src/effects.ts';
import type { Observation } from '../../../src/events.ts';
import { type Agent, type AgentWorld, startAgent } from './agent.ts';
import { createChecker, type Violation } from './checker.ts';
import { createGuard } from './guard.ts';
import { createLine, type LineState } from './line.ts';
import { type FaultKind, type Plan, type PlanOptions, planOf } from './plan.ts';
import { createProvider } from './provider.ts';
import { createScheduler } from './scheduler.ts';
import { createSenses } from './senses.ts';

export interface Run {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** Ended incidents, by `class / first cure / outcome`. */
  readonly reached: Readonly<Record<string, number>>;
  readonly turns: number;
  readonly simulatedMs: number;
  /** What happened, in order; only the latest where nobody asked for all. */
  readonly log: readonly string[];
}

export interface RunOptions extends PlanOptions {
  readonly safetyMs?: number;
  /** Keep the whole log, and everything in it. */
  readonly verbose?: boolean;
  /** Changes what reaches the guard, or what it does: a planted bug. */
  readonly bug?: Bug;
}

/** A bug that is planted on purpose. Null: the observation, or the effect, is lost. */
export interface Bug {
  hears?(observation: Observation): Observation | null;
  does?(effect: Effect): readonly Effect[];
}

const hour = 3_600_000;
const livenessMs = 45 * 60_000;
const keptLines = 120;

export function simulate(
  seed: number,
  { safetyMs = 4 * hour, verbose = false, bug, ...options }: RunOptions = {},
): Run {
  const plan = planOf(seed, options);
  const scheduler = createScheduler();
  const draw = plan.chance('world');
  const faults: Record<string, number> = {};
  const reached: Record<string, number> = {};
  const log: string[] = [];
  const agents: Agent[] = [];
  let isHealing = false;
  let turns = 0;
  let finished = false;

  const note = (text: string): void => {
    log.push(`${(scheduler.now() / 1_000).toFixed(2)} ${text}`);
    if (!verbose && log.length > keptLines) log.shift();
  };
  const strikes = (kind: FaultKind): void => {
    faults[kind] = (faults[kind] ?? 0) + 1;
    note(`-- ${kind}`);
  };
  const hits = (kind: FaultKind): boolean => {
    const does = !isHealing && draw.happens(plan.rates[kind] ?? 0);
    if (does) strikes(kind);
    return does;
  };

  const tell = (observation: Observation): void => {
    const heard = bug?.hears === undefined ? observation : bug.hears(observation);
    if (finished || heard === null) return;
    checker.look();
    if (verbose || !dull.has(heard.type)) note(JSON.stringify(heard));
    guard.tell(heard);
  };
  const line = createLine(scheduler, plan.chance('line'), plan.senses.tunnel ? tell : null);
  const senses = createSenses(plan, scheduler, tell);
  const drawn = createProvider(plan);
  const provider: AgentWorld['provider'] = {
    ...drawn,
    answer(rounds) {
      const answer = drawn.answer(rounds);
      if (answer.fault !== null) strikes(answer.fault);
      return answer;
    },
  };
  const checker = createChecker(scheduler, line, () => agents);
  const world: AgentWorld = {
    plan,
    scheduler,
    line,
    provider,
    senses,
    hits,
    nextTurn: () => ++turns,
    ended(agent) {
      const signal = 'SIGKILL';
      scheduler.after(draw.between(1, 60), () =>
        tell({ type: 'agent.exited', generation: agent.generation, code: null, signal }),
      );
    },
  };
  const current = (): Agent => agents.at(-1) as Agent;

  function start(generation: number, resumed: boolean, prompted: boolean): void {
    agents.push(startAgent(world, generation, prompted));
    tell({ type: 'agent.started', generation, pid: 1_000 + generation, resumed, prompted });
  }

  function perform(effect: Effect): void {
    const done = bug?.does === undefined ? [effect] : bug.does(effect);
    for (const each of done) carryOut(each);
  }
  function carryOut(effect: Effect): void {
    if (effect.type !== 'title' && effect.type !== 'probe') note(`=> ${JSON.stringify(effect)}`);
    checker.check(effect);
    const agent = current();
    switch (effect.type) {
      case 'cut':
        scheduler.after(draw.between(1, 30), () => {
          for (const id of effect.connections) {
            const connection = line.find(id);
            if (connection !== undefined) line.end(connection, 'guard', 'cut');
          }
          tell({ type: 'cut.done', count: effect.connections.length });
        });
        return;
      case 'nudge':
        if (effect.interrupt) scheduler.after(draw.between(10, 200), () => agent.interrupt());
        scheduler.after(draw.between(700, 4_000), () => {
          const outcome = !agent.isAlive() ? 'agent-gone' : agent.submit() ? 'submitted' : 'not-idle';
          checker.nudged();
          tell({ type: 'nudge.done', outcome });
        });
        return;
      case 'continue':
        scheduler.after(10, () => agent.letRunOn());
        return;
      case 'stop':
        scheduler.after(draw.between(20, 300), () => {
          tell({ type: 'saved', ok: true });
          scheduler.after(draw.between(20, effect.graceMs + 300), () => {
            agent.kill();
            scheduler.after(draw.between(80, 400), () =>
              tell({ type: 'stop.done', generation: effect.generation, left: 0 }),
            );
          });
        });
        return;
      case 'probe':
        scheduler.after(draw.between(5, 400), () => {
          const reachable = line.state() === 'up';
          tell({ type: 'network.probed', reachable, latencyMs: reachable ? 20 : null });
        });
        return;
      case 'launch':
        scheduler.after(draw.between(50, 600), () => start(effect.generation, effect.resume, effect.prompt));
        return;
      case 'incident':
        noteIncident(effect.incident);
        return;
      case 'exit':
        finished = true;
        return;
      default:
    }
  }
  function noteIncident({ class: name, outcome, actions, endedAt }: Incident): void {
    if (endedAt === null) return;
    const key = `${name} / ${actions[0]?.action ?? 'none'} / ${outcome}`;
    reached[key] = (reached[key] ?? 0) + 1;
  }
  const guard = createGuard(defaults, scheduler, perform);

  // The machine and its line.
  function everySoOften(kind: FaultKind, act: () => void): void {
    const rate = plan.rates[kind];
    if (rate === undefined) return;
    const next = (): void => {
      scheduler.after(draw.magnitude(0.1 * (hour / rate), 2 * (hour / rate)), () => {
        if (isHealing) return;
        strikes(kind);
        act();
        next();
      });
    };
    next();
  }
  const away = (state: LineState) => (): void => {
    if (line.state() !== 'up') return;
    line.set(state);
    scheduler.after(draw.magnitude(1_000, 400_000), () => line.set('up'));
  };
  for (const kind of ['black-hole', 'refused', 'no-route'] as const) everySoOften(kind, away(kind));
  everySoOften('sleep', () => {
    const gapMs = draw.magnitude(10_000, 8 * hour);
    if (gapMs >= deadlySleepMs) line.slept();
    checker.slept();
    tell({ type: 'clock.gap', gapMs, cause: 'slept' });
  });
  everySoOften('stall', () => {
    const ms = draw.magnitude(6_000, 120_000);
    guard.stall(ms);
    line.pause(ms);
  });

  // Samples of the process.
  const sampling = (): void => {
    const agent = current();
    if (agent.isAlive())
      tell({ type: 'agent.sample', generation: agent.generation, memoryShare: 0.01, ...agent.sample() });
    scheduler.after(agent.isWorking() || !agent.isAlive() ? 2_000 : 30_000, sampling);
  };

  // The person.
  const person = plan.chance('person');
  const acts = (kind: 'enter' | 'interrupt' | 'text', bytes: number): void => {
    if (kind === 'enter') checker.personActed();
    tell({ type: 'input', kind, bytes });
  };
  const prompting = (): void => {
    if (isHealing || finished) return;
    const agent = current();
    const isOurs = guard.state().name === 'watching' && guard.state().cure === null;
    if (agent.isFree() && isOurs) {
      acts('text', person.between(5, 80));
      senses.shows({ activity: 'idle', draft: true });
      scheduler.after(person.between(200, 5_000), () => {
        if (!current().isFree() || current() !== agent) return;
        acts('enter', 1);
        agent.submit();
      });
    } else if (agent.isWorking() && person.happens(0.01)) {
      acts('interrupt', 1);
      scheduler.after(50, () => agent.interrupt());
    } else if (guard.state().name === 'asking' && person.happens(0.3)) {
      acts('interrupt', 1);
      scheduler.after(50, () => agent.interrupt());
    }
    scheduler.after(person.magnitude(1_000, 300_000), prompting);
  };
  const answering = (): void => {
    if (current().asksPerson() && person.happens(isHealing ? 1 : 0.02)) {
      acts('text', 1);
      current().answerDialog();
    }
    scheduler.after(2_000, answering);
  };

  tell({ type: 'host.known', firstByteMs: 0, streamMs: 0, ...(plan.pings ? { pings: true } : {}) });
  start(1, false, false);
  sampling();
  scheduler.after(5_000, prompting);
  answering();

  scheduler.runUntil(safetyMs);
  isHealing = true;
  provider.heal();
  line.set('up');
  const wanted = current().turn();
  const began = scheduler.now();
  scheduler.runUntil(began + livenessMs);
  if (!finished) {
    const agent = current();
    const { name, incident } = guard.state();
    const isAsked = name === 'asking';
    // Without hooks and without a record nobody knows a tool's time limit, so that none is ever overdue.
    const isUntold = agent.trouble() === 'lost-tool' && !plan.senses.hooks && !plan.senses.record;
    if (agent.isWorking() && agent.trouble() !== null && !isAsked && !isUntold)
      checker.violate(
        'every turn ends, or a person is asked',
        `turn ${agent.turn()} (${wanted}): ${agent.trouble()}`,
      );
    if (!agent.isAlive()) checker.violate('an agent lives', `state ${name}`);
    if (incident !== null && !isAsked)
      checker.violate('every incident ends', `${incident.class} is open in ${name}`);
  }
  return { plan, violations: checker.violations, faults, reached, turns, simulatedMs: scheduler.now(), log };
}

const dull: ReadonlySet<string> = new Set(['output', 'agent.sample', 'tick', 'screen']);
