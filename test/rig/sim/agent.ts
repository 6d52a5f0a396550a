/**
 * One agent process, as measured: a person or the guard prompts it, it works on one turn at a time (`turn.ts`), and it
 * draws while it works. What it tells goes through `senses`; what is wrong with it is known to `trouble` alone.
 */
import type { Millis, ScreenFacts } from '../../../src/events.ts';
import type { Connection, Line } from './line.ts';
import { type Banner, bannerOf, ofPrompt, ofTurn } from './picture.ts';
import type { FaultKind, Plan } from './plan.ts';
import { createProcess } from './process.ts';
import type { createProvider } from './provider.ts';
import type { Scheduler } from './scheduler.ts';
import type { Senses } from './senses.ts';
import { sideRequest } from './side-request.ts';
import type { Trouble, TurnTrouble } from './trouble.ts';
import { isNewer, newTurn, runTurn, type Turn, type Worker } from './turn.ts';

export interface Agent {
  readonly generation: number;
  isAlive(): boolean;
  isWorking(): boolean;
  /** At a free prompt, as a person sees it. */
  isFree(): boolean;
  asksPerson(): boolean;
  trouble(): Trouble | null;
  /** What it has died of or after: in a turn, or after one that had not done its work; null: neither. */
  cutOff(): 'in-turn' | TurnTrouble | null;
  /** Since when a hook of the person's has held the turn up; null: none does. */
  hookSince(): Millis | null;
  /** The turn in work, by its number; null: none. */
  turn(): number | null;
  /** A prompt is sent: a person's, or the guard's. @returns false: it is not taken (busy) */
  submit(): boolean;
  /** The person sends a message while it works: it goes with the next request, or begins the next turn. */
  queue(): void;
  /** Esc. */
  interrupt(): void;
  /** The person answers its dialog. */
  answerDialog(): void;
  /** A signal ends it. */
  kill(): void;
  stopFromOutside(): void;
  letRunOn(): void;
  getStuck(): void;
  /** CPU milliseconds so far, kernel state, share of the memory, tools at work. */
  sample(): {
    readonly cpuMs: number;
    readonly state: string;
    readonly memoryShare: number;
    readonly workers: number;
    readonly helperAgeMs?: number;
  };
}

export interface AgentWorld {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly line: Line;
  readonly provider: ReturnType<typeof createProvider>;
  readonly senses: Senses;
  /** Whether this kind strikes now. */
  hits(kind: FaultKind): boolean;
  /** What the next agent goes on with. */
  readonly conversation: { isDamaged: boolean; bytes: number };
  ended(agent: Agent, outOfMemory: boolean): void;
  /** Turns are numbered over all agents. */
  nextTurn(): number;
}

const drawMs = 500;
/** How often a model's last words read like an error of the agent's. */
const likeErrors = 0.05;
/** Shares of the machine's memory: from the first on it is in danger, at the second the kernel ends the agent. */
const muchMemory = 0.6;
const allMemory = 0.95;

/** @param prompted it begins with a turn, as its arguments tell it to */
export function startAgent(world: AgentWorld, generation: number, prompted: boolean): Agent {
  const { plan, scheduler, line, senses } = world;
  const draw = plan.chance(`agent ${generation}`);
  const process = createProcess(scheduler);
  senses.restart();
  let free = false;
  let turn: Turn | null = null;
  let hasQueue = false;
  let outcome: TurnTrouble | null = null;
  let isCrashed = false;
  let banner: Banner;
  let idleConnection: Connection | null = null;

  const worker: Worker = {
    world,
    generation,
    draw,
    process,
    isOn: (mine) => process.isAlive() && turn === mine,
    after: (mine, ms, act) =>
      process.later(ms, () => {
        if (turn === mine) act();
      }),
    show() {
      if (process.runs() && !isCrashed) senses.shows(picture());
    },
    connect(opened, failed) {
      const keep = (connection: Connection): void => {
        idleConnection = connection;
        opened(connection);
      };
      if (idleConnection?.isOpen && draw.happens(0.8)) keep(idleConnection);
      else line.connect(generation, keep, failed);
    },
    requestBytes() {
      hasQueue = false;
      world.conversation.bytes += draw.between(200, 8_000);
      return world.conversation.bytes;
    },
    compacted() {
      world.conversation.bytes = draw.between(50_000, 80_000);
    },
    over(_turn, how) {
      turn = null;
      outcome = how;
      // A model's last words may read like an error.
      const isLike = how === null && plan.senses.hooks && isNewer(plan) && draw.happens(likeErrors);
      const shown = isLike ? 'failed' : how;
      banner = shown === null ? undefined : bannerOf(shown, draw.between(1, 3));
      senses.status('idle');
      worker.show();
      senses.draws(200);
      sendQueue();
    },
  };
  function sendQueue(): void {
    if (hasQueue && process.runs()) process.later(draw.between(20, 200), begin);
  }

  function picture(): ScreenFacts {
    if (turn !== null) return ofTurn(turn, scheduler.now());
    return free ? ofPrompt(banner) : { activity: 'unknown' };
  }
  function paint(mine: Turn): void {
    senses.draws(120);
    process.spend(15);
    worker.show();
    if (process.memoryShare() >= allMemory) die(true);
    worker.after(mine, drawMs, () => paint(mine));
  }

  function begin(): void {
    if (turn !== null || isCrashed) return;
    free = true;
    outcome = null;
    hasQueue = false;
    const mine = newTurn(world.nextTurn(), scheduler.now());
    turn = mine;
    paint(mine);
    senses.status('working');
    senses.hook({ type: 'turn.started' });
    for (let count = draw.between(0, plan.sideRequests); count > 0; count--)
      worker.after(mine, draw.between(50, 5_000), () => sideRequest(worker));
    const slowMs = plan.hookSeconds * 1_000;
    const hookMs = slowMs > 0 && draw.happens(0.5) ? draw.between(500, slowMs) : 0;
    if (strikes(mine)) return;
    if (hookMs > 0) mine.hookSince = scheduler.now();
    worker.after(mine, hookMs + draw.between(100, 800), () => {
      mine.hookSince = null;
      senses.record({ type: 'prompt.recorded' });
      runTurn(worker, mine);
    });
  }
  /** @returns whether the turn will come to nothing by itself */
  function strikes(mine: Turn): boolean {
    if (world.hits('never-asks')) {
      mine.neverAsks = true;
      return true;
    }
    if (world.hits('stuck')) worker.after(mine, draw.between(500, 20_000), () => process.getStuck());
    if (world.hits('stopped')) worker.after(mine, draw.between(500, 20_000), () => process.stop());
    if (world.hits('killed')) worker.after(mine, draw.between(500, 40_000), () => self.kill());
    if (world.hits('out-of-memory')) worker.after(mine, draw.between(500, 40_000), () => die(true));
    if (world.hits('crashed-screen')) worker.after(mine, draw.between(500, 40_000), crash);
    if (world.hits('damaged-history')) world.conversation.isDamaged = true;
    if (world.hits('leak')) worker.after(mine, 1_000, process.leak);
    return false;
  }

  /** The code that draws has failed: an error stands there, and no key is taken any more. */
  function crash(): void {
    isCrashed = true;
    turn = null;
    senses.shows({ activity: 'crashed' });
    senses.draws(2_000);
  }
  function die(outOfMemory: boolean): void {
    if (!process.isAlive()) return;
    process.die();
    line.endAllOf(generation);
    world.ended(self, outOfMemory);
  }

  function troubleOf({
    neverAsks,
    hasLostTool,
    isCompactionStuck,
    connection,
    isConnecting,
  }: Turn): Trouble | null {
    if (neverAsks) return 'never-asks';
    if (hasLostTool) return 'lost-tool';
    if (isCompactionStuck) return 'stuck-compaction';
    const isSilent = connection !== null && (connection.isDead || connection.stuckSince !== null);
    if (isSilent) return 'silent-connection';
    return connection === null && isConnecting && line.state() !== 'up' ? 'line-away' : null;
  }

  const self: Agent = {
    generation,
    isAlive: process.isAlive,
    isWorking: () => process.isAlive() && turn !== null,
    isFree: () => process.runs() && !isCrashed && free && turn === null,
    asksPerson: () => process.isAlive() && turn?.activity === 'dialog',
    trouble() {
      if (!process.isAlive()) return 'dead';
      if (process.isStuck()) return 'stuck';
      if (process.isStopped()) return 'stopped';
      if (isCrashed) return 'crashed';
      if (turn === null) return outcome; // it takes no more, however much it has
      return process.memoryShare() >= muchMemory ? 'leaking' : troubleOf(turn);
    },
    cutOff() {
      if (process.isAlive()) return null;
      return turn === null ? outcome : 'in-turn';
    },
    hookSince: () => turn?.hookSince ?? null,
    turn: () => turn?.number ?? null,
    submit() {
      if (!self.isFree()) return false;
      process.later(draw.between(20, 200), begin);
      return true;
    },
    queue() {
      if (!process.runs() || turn === null) return;
      hasQueue = true;
      if (plan.reportsQueue) senses.hook({ type: 'turn.started' });
    },
    interrupt() {
      if (!process.runs() || turn === null) return;
      const { connection, tokens } = turn;
      turn = null;
      outcome = null;
      if (tokens > 0) banner = undefined; // before that, what was asked is taken back, and the last end stands there again
      if (connection !== null) line.end(connection, 'agent', 'closed');
      senses.record({ type: 'interrupted' });
      senses.status('idle');
      worker.show();
      senses.draws(100);
      sendQueue();
    },
    answerDialog() {
      if (process.runs()) turn?.answered();
    },
    kill: () => die(false),
    stopFromOutside: process.stop,
    letRunOn: process.letRunOn,
    getStuck: process.getStuck,
    sample() {
      const hookSince = turn?.hookSince ?? null;
      return {
        cpuMs: process.cpuMs(),
        memoryShare: process.memoryShare(),
        state: process.isStopped() ? 'T' : process.isStuck() ? 'R' : 'S',
        workers: turn?.toolSince != null && turn.hasWorker ? 1 : 0,
        ...(hookSince === null ? {} : { helperAgeMs: scheduler.now() - hookSince }),
      };
    },
  };

  scheduler.after(draw.between(800, 5_000), () => {
    if (!process.isAlive()) return;
    free = true;
    worker.show();
    senses.status('idle');
    if (prompted) process.later(draw.between(50, 600), begin);
  });
  return self;
}
