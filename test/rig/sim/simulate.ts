/**
 * One seed, one run: hours in which anything may happen (safety), and then, with the faults over, less than one in
 * which every turn must come to its end or a person must have been asked (liveness).
 */
import { defaults } from '../../../src/config/schema.ts';
import { inTurn } from '../../../src/detect/phases.ts';
import { awaitsFirstTurn } from '../../../src/detect/starting.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Millis, Observation } from '../../../src/events.ts';
import { type Agent, type AgentWorld, startAgent } from './agent.ts';
import { createChecker, type Violation } from './checker.ts';
import { keysOf } from './goals.ts';
import { createGuard } from './guard.ts';
import { createHands } from './hands.ts';
import { createLine } from './line.ts';
import { befall } from './machine.ts';
import { sitDown } from './person.ts';
import { type FaultKind, type Plan, type PlanOptions, planOf } from './plan.ts';
import { createProvider, refusal } from './provider.ts';
import { createScheduler } from './scheduler.ts';
import { createSenses } from './senses.ts';
import { troubles } from './trouble.ts';

export interface Run {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** What ended incidents show, and how often (`goals.ts`). */
  readonly reached: Readonly<Record<string, number>>;
  readonly turns: number;
  readonly simulatedMs: Millis;
  /** What happened, in order; only the latest where nobody asked for all. */
  readonly log: readonly string[];
}

export interface RunOptions extends PlanOptions {
  readonly safetyMs?: Millis;
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
const sampleMs = 2_000;
/** The second time the guard leaves it to the person, and with it the run. */
const isOnce = (kind: FaultKind): boolean => kind === 'out-of-memory';
const dull: ReadonlySet<string> = new Set(['output', 'agent.sample', 'tick', 'screen']);

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
  const strikes = (kind: FaultKind): boolean => {
    if (isHealing) return false;
    faults[kind] = (faults[kind] ?? 0) + 1;
    note(`-- ${kind}`);
    return true;
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
  const checker = createChecker(scheduler, plan.senses, line, () => agents);
  const drawn = createProvider(plan);
  const current = (): Agent => agents.at(-1) as Agent;
  const world: AgentWorld = {
    plan,
    scheduler,
    line,
    senses,
    provider: {
      ...drawn,
      answer(rounds, whole) {
        const answer = world.conversation.isDamaged ? refusal : drawn.answer(rounds, whole);
        if (answer.fault !== null) strikes(answer.fault);
        return answer;
      },
    },
    conversation: { isDamaged: false, bytes: draw.between(50_000, 200_000) },
    hits: (kind) => draw.happens(plan.rates[kind] ?? 0) && !(isOnce(kind) && faults[kind]) && strikes(kind),
    nextTurn: () => ++turns,
    ended({ generation }, outOfMemory) {
      scheduler.after(draw.between(1, 60), () =>
        tell({ type: 'agent.exited', generation, code: null, signal: 'SIGKILL', outOfMemory }),
      );
    },
  };
  function start(generation: number, resumed: boolean, prompted: boolean): void {
    world.conversation.isDamaged = false; // it is repaired before each resume
    agents.push(startAgent(world, generation, prompted));
    tell({ type: 'agent.started', generation, pid: 1_000 + generation, resumed, prompted });
  }

  const carryOut = createHands({ scheduler, line, checker, draw, tell, current, start });
  function perform(effect: Effect): void {
    for (const each of bug?.does === undefined ? [effect] : bug.does(effect)) {
      if (each.type !== 'title' && each.type !== 'probe') note(`=> ${JSON.stringify(each)}`);
      checker.check(each);
      if (each.type === 'exit') finished = true;
      else if (each.type === 'incident')
        for (const key of keysOf(each.incident)) reached[key] = (reached[key] ?? 0) + 1;
      else carryOut(each);
    }
  }
  const guard = createGuard(defaults, scheduler, plan.chance('guard'), { emit: tell, perform });

  // The process is measured while a turn is believed to run, and where a key gets no answer.
  const sampling = (): void => {
    const { evidence } = guard.state();
    const { phase, terminal, now } = evidence;
    const isDeaf = terminal.unansweredKeyAt !== null && now - terminal.unansweredKeyAt > 1_000;
    const agent = current();
    if (agent.isAlive() && (inTurn(phase) || isDeaf || awaitsFirstTurn(evidence, defaults)))
      tell({ type: 'agent.sample', generation: agent.generation, ...agent.sample() });
    guard.after(sampleMs, sampling);
  };

  befall({ plan, scheduler, draw, line, guard, checker, strikes });
  tell({
    type: 'host.known',
    firstByteMs: 0,
    streamMs: 0,
    ...(plan.pings && { pings: true, namesStops: true }),
  });
  start(1, false, false);
  sampling();
  sitDown({
    plan,
    scheduler,
    senses,
    guard,
    checker,
    current,
    tell,
    isLeaving: () => isHealing || finished,
  });

  scheduler.runUntil(safetyMs);
  isHealing = true;
  drawn.heal();
  line.set('up');
  const began = scheduler.now();
  scheduler.runUntil(began + livenessMs);
  if (!finished) checkEnd();
  return { plan, violations: checker.violations, faults, reached, turns, simulatedMs: scheduler.now(), log };

  function checkEnd(): void {
    const agent = current();
    const trouble = agent.trouble();
    const { name, incident } = guard.state();
    const isAsked = name === 'asking';
    const { isTold = () => true } = trouble === null ? {} : troubles[trouble];
    if (agent.isWorking() && trouble !== null && !isAsked && isTold(plan.senses))
      checker.violate('every turn ends, or a person is asked', `turn ${agent.turn()}: ${trouble}`);
    if (!agent.isAlive()) checker.violate('an agent lives', `state ${name}`);
    if (incident !== null && !isAsked)
      checker.violate('every incident ends', `${incident.class} is open in ${name}`);
  }
}
