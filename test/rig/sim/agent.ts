/**
 * One agent process as measured (lab notes): it asks, reads, runs tools, tries again after an error, and draws while it
 * works. What it tells goes through `senses`; what is wrong with it is known to `trouble` alone.
 */
import type { Millis, ScreenFacts } from '../../../src/events.ts';
import type { Connection, Line } from './line.ts';
import type { FaultKind, Plan } from './plan.ts';
import type { createProvider } from './provider.ts';
import type { Scheduler } from './scheduler.ts';
import type { Senses } from './senses.ts';

/** Why the agent cannot go on by itself. */
export type Trouble =
  | 'dead'
  | 'stuck'
  | 'stopped'
  | 'never-asks'
  | 'lost-tool'
  | 'silent-connection'
  | 'line-away'
  | 'failed'
  | 'cut-short';

export interface Agent {
  readonly generation: number;
  isAlive(): boolean;
  isWorking(): boolean;
  /** At a free prompt, as a person sees it. */
  isFree(): boolean;
  asksPerson(): boolean;
  trouble(): Trouble | null;
  /** The turn in work, by its number; null: none. */
  turn(): number | null;
  /** A prompt is sent: a person's, or the guard's. @returns false: it is not taken (busy) */
  submit(): boolean;
  /** Esc. */
  interrupt(): void;
  /** The person answers its dialog. */
  answerDialog(): void;
  /** A signal ends it. */
  kill(): void;
  stopFromOutside(): void;
  letRunOn(): void;
  getStuck(): void;
  /** CPU milliseconds so far, kernel state, tools at work. */
  sample(): {
    readonly cpuMs: number;
    readonly state: string;
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
  ended(agent: Agent): void;
  /** Turns are numbered over all agents. */
  nextTurn(): number;
}

const drawMs = 500;
const maxTries = 10;
const deadlineMs = 600_000;
const pingMs = 10_000;

interface Turn {
  readonly number: number;
  readonly startedAt: Millis;
  rounds: number;
  tokens: number;
  tries: number;
  isThinking: boolean;
  activity: 'busy' | 'tool' | 'retrying' | 'dialog';
  connection: Connection | null;
  isConnecting: boolean;
  toolSince: Millis | null;
  hookSince: Millis | null;
  neverAsks: boolean;
  hasLostTool: boolean;
}

/** @param prompted it begins with a turn, as its arguments tell it to */
export function startAgent(world: AgentWorld, generation: number, prompted: boolean): Agent {
  const { plan, scheduler, line, provider, senses } = world;
  const draw = plan.chance(`agent ${generation}`);
  let alive = true;
  let free = false;
  let stuck = false;
  let isStopped = false;
  let turn: Turn | null = null;
  let outcome: 'failed' | 'cut-short' | null = null;
  let banners = 0;
  let idleConnection: Connection | null = null;
  let cpuMs = 500;
  let calls = 0;
  /** A conversation only grows. */
  let conversationBytes = draw.between(50_000, 200_000);

  /** Timers of a process that is stopped, stuck or gone do nothing; those of a stopped one are made up for later. */
  const parked: (() => void)[] = [];
  const later = (ms: Millis, act: () => void): void => {
    scheduler.after(ms, () => {
      if (!alive || stuck) return;
      if (isStopped) parked.push(act);
      else act();
    });
  };
  const ofTurn = (mine: Turn, ms: Millis, act: () => void): void =>
    later(ms, () => {
      if (turn === mine) act();
    });

  function show(): void {
    if (!alive || stuck || isStopped) return;
    senses.shows(facts());
  }
  function facts(): ScreenFacts {
    if (!free && turn === null) return { activity: 'unknown' };
    if (turn === null)
      return outcome === 'failed'
        ? { activity: 'idle', failure: { kind: 'connection', fingerprint: `${generation}-${banners}` } }
        : { activity: 'idle' };
    if (turn.activity === 'dialog') return { activity: 'dialog', dialog: 'permission' };
    const elapsedS = Math.floor((scheduler.now() - turn.startedAt) / 1_000);
    if (turn.activity === 'retrying')
      return { activity: 'retrying', elapsedS, retry: { attempt: turn.tries, of: maxTries } };
    return {
      activity: turn.activity,
      elapsedS,
      tokens: turn.tokens,
      ...(turn.isThinking && { thinking: true }),
    };
  }
  function paint(mine: Turn): void {
    senses.draws(120);
    cpuMs += 15;
    show();
    ofTurn(mine, drawMs, () => paint(mine));
  }

  function begin(): void {
    free = true;
    outcome = null;
    const mine: Turn = {
      number: world.nextTurn(),
      startedAt: scheduler.now(),
      rounds: 0,
      tokens: 0,
      tries: 0,
      isThinking: false,
      activity: 'busy',
      connection: null,
      isConnecting: false,
      toolSince: null,
      hookSince: null,
      neverAsks: false,
      hasLostTool: false,
    };
    turn = mine;
    paint(mine);
    senses.status('working');
    const hookMs =
      plan.hookSeconds > 0 && draw.happens(0.5) ? draw.between(500, plan.hookSeconds * 1_000) : 0;
    if (hookMs > 0) mine.hookSince = scheduler.now();
    senses.hook({ type: 'turn.started' });
    for (let count = draw.between(0, plan.sideRequests); count > 0; count--)
      ofTurn(mine, draw.between(50, 5_000), sideRequest);
    if (world.hits('never-asks')) {
      mine.neverAsks = true;
      mine.hookSince = null;
      return;
    }
    if (world.hits('stuck')) ofTurn(mine, draw.between(500, 20_000), () => self.getStuck());
    if (world.hits('stopped')) ofTurn(mine, draw.between(500, 20_000), () => self.stopFromOutside());
    if (world.hits('killed')) ofTurn(mine, draw.between(500, 40_000), () => self.kill());
    ofTurn(mine, hookMs + draw.between(100, 800), () => {
      mine.hookSince = null;
      senses.record({ type: 'prompt.recorded' });
      ask(mine);
    });
  }

  /** Telemetry and the like: a connection of its own, an answer that comes whole. */
  function sideRequest(): void {
    line.connect(
      generation,
      (connection) => {
        if (!alive) return line.end(connection, 'agent', 'closed');
        line.request(connection, draw.magnitude(2_000, 335_000), () =>
          scheduler.after(draw.between(20, 400), () => line.send(connection, 'down', draw.between(200, 900))),
        );
        later(draw.between(5_000, 120_000), () => line.end(connection, 'agent', 'closed'));
      },
      () => {},
    );
  }

  function ask(mine: Turn): void {
    mine.activity = 'busy';
    show();
    const onOpen = (connection: Connection): void => {
      mine.isConnecting = false;
      if (alive && turn === mine) request(mine, connection);
      else line.end(connection, 'agent', 'closed');
    };
    if (idleConnection?.isOpen && !idleConnection.isDead && draw.happens(0.8)) {
      onOpen(idleConnection);
      return;
    }
    mine.isConnecting = true;
    line.connect(generation, onOpen, () => {
      mine.isConnecting = false;
      if (alive && turn === mine) failed(mine);
    });
  }

  function request(mine: Turn, connection: Connection): void {
    mine.connection = connection;
    idleConnection = connection;
    mine.rounds++;
    const answer = provider.answer(mine.rounds);
    const isMine = (): boolean => alive && turn === mine && mine.connection === connection;
    connection.onEnd = () => {
      if (!isMine()) return;
      later(1, () => {
        if (isMine()) failed(mine);
      });
    };
    senses.record({ type: 'request.sent' });
    let heardAt = scheduler.now();
    const watchDeadline = (): void =>
      ofTurn(mine, 5_000, () => {
        if (!isMine()) return;
        if (scheduler.now() - heardAt < deadlineMs) return watchDeadline();
        line.end(connection, 'agent', 'reset');
        failed(mine);
      });
    watchDeadline();
    const heard = (tokens: number) => (): void => {
      heardAt = scheduler.now();
      if (isMine() && !stuck && !isStopped) mine.tokens += tokens;
    };
    conversationBytes += draw.between(200, 8_000);
    line.request(connection, conversationBytes, () => {
      if (answer.firstByteMs === Number.POSITIVE_INFINITY) {
        connection.isDead = true;
        return;
      }
      scheduler.after(answer.firstByteMs, () => {
        line.send(connection, 'down', draw.between(600, 1_400), () => {
          heard(1)();
          mine.isThinking = answer.thinkingMs > 0;
        });
        pinged(answer.thinkingMs, () => {
          mine.isThinking = false;
          stream(0);
        });
      });
    });
    /** The host bridges the pause with pings, if it is one that does. */
    function pinged(pauseMs: Millis, then: () => void): void {
      for (let at = pingMs; plan.pings && at < pauseMs; at += pingMs)
        scheduler.after(at, () => line.send(connection, 'down', 60, heard(0)));
      scheduler.after(pauseMs, then);
    }
    function stream(piece: number): void {
      const pause = answer.pauses[piece];
      if (pause === undefined) {
        finish();
        return;
      }
      pinged(pause, () => {
        if (!connection.isOpen) return;
        line.send(connection, 'down', draw.between(80, 600), heard(draw.between(1, 9)));
        stream(piece + 1);
      });
    }
    function finish(): void {
      if (answer.ending === 'dead') {
        connection.isDead = true;
        return;
      }
      if (answer.ending === 'reset') {
        scheduler.after(10, () => line.end(connection, 'peer', 'reset'));
        return;
      }
      line.send(connection, 'down', draw.between(80, 300), () => {
        if (!isMine()) return;
        later(draw.between(5, 80), () => {
          if (isMine()) completed(mine, answer.ending);
        });
      });
    }
  }

  function completed(mine: Turn, ending: string): void {
    mine.connection = null;
    if (ending === 'http-error') {
      failed(mine);
      return;
    }
    mine.tries = 0;
    if (ending === 'tool') {
      runTool(mine);
      return;
    }
    senses.record(
      ending === 'cut-short' ? { type: 'answer.recorded', cutShort: true } : { type: 'answer.recorded' },
    );
    over(ending === 'cut-short' ? 'cut-short' : null);
  }

  function runTool(mine: Turn): void {
    senses.record({ type: 'answer.recorded' });
    const toolUseId = `tool-${generation}-${++calls}`;
    const asks = draw.happens(0.2);
    const tookMs = draw.weighted<() => Millis>([
      [80, () => draw.between(50, 10_000)],
      [18, () => draw.between(10_000, 120_000)],
      [2, () => draw.between(120_000, 1_800_000)],
    ])();
    const run = (): void => {
      mine.activity = 'tool';
      mine.toolSince = scheduler.now();
      show();
      if (world.hits('lost-tool')) {
        mine.hasLostTool = true;
        mine.toolSince = null;
        return;
      }
      ofTurn(mine, tookMs, () => {
        mine.toolSince = null;
        senses.hook({ type: 'tool.finished', toolUseId, ok: true });
        ofTurn(mine, draw.between(20, 400), () => ask(mine));
      });
    };
    const started = {
      type: 'tool.started',
      toolUseId,
      tool: 'Bash',
      risk: 'command',
      limitMs: Math.max(120_000, tookMs),
    } as const;
    senses.hook(started);
    if (!asks) {
      run();
      return;
    }
    mine.activity = 'dialog';
    senses.status('blocked');
    senses.hook({ type: 'person.needed', why: 'permission' });
    show();
    answered = () => {
      if (turn !== mine || !alive || stuck) return;
      senses.status('working');
      run();
    };
  }
  let answered = (): void => {};

  /** The request failed, as the agent sees it: it tries again by itself, at growing intervals. */
  function failed(mine: Turn): void {
    mine.connection = null;
    mine.tries++;
    if (mine.tries > maxTries) {
      senses.hook({ type: 'turn.ended', failure: 'connection' });
      banners++;
      over('failed');
      return;
    }
    const pauseMs = Math.min(30_000, 500 * 2 ** (mine.tries - 1)) * (0.75 + draw.between(0, 50) / 100);
    if (pauseMs > 1_000) mine.activity = 'retrying';
    show();
    ofTurn(mine, pauseMs, () => ask(mine));
  }

  function over(how: typeof outcome): void {
    turn = null;
    outcome = how;
    senses.status('idle');
    if (how !== 'failed') senses.hook({ type: 'turn.ended', background: 0 });
    show();
    senses.draws(200);
  }

  const self: Agent = {
    generation,
    isAlive: () => alive,
    isWorking: () => alive && turn !== null,
    isFree: () => alive && free && turn === null && !stuck && !isStopped,
    asksPerson: () => alive && turn?.activity === 'dialog',
    trouble() {
      if (!alive) return 'dead';
      if (stuck) return 'stuck';
      if (isStopped) return 'stopped';
      if (turn === null) return outcome;
      if (turn.neverAsks) return 'never-asks';
      if (turn.hasLostTool) return 'lost-tool';
      const { connection } = turn;
      if (connection?.isDead || (connection !== null && connection.stuckSince !== null))
        return 'silent-connection';
      if (connection === null && turn.isConnecting && line.state() !== 'up') return 'line-away';
      return null;
    },
    turn: () => turn?.number ?? null,
    submit() {
      if (!self.isFree()) return false;
      later(draw.between(20, 200), begin);
      return true;
    },
    interrupt() {
      if (!alive || stuck || isStopped || turn === null) return;
      const { connection } = turn;
      if (connection !== null) line.end(connection, 'agent', 'closed');
      turn = null;
      outcome = null;
      senses.record({ type: 'interrupted' });
      senses.status('idle');
      show();
      senses.draws(100);
    },
    answerDialog: () => answered(),
    kill() {
      if (!alive) return;
      alive = false;
      line.endAllOf(generation);
      world.ended(self);
    },
    stopFromOutside() {
      isStopped = true;
    },
    letRunOn() {
      isStopped = false;
      for (const act of parked.splice(0)) act();
    },
    getStuck() {
      stuck = true;
    },
    sample() {
      if (stuck) cpuMs += 2_000;
      const helperAgeMs = turn?.hookSince ?? null;
      return {
        cpuMs,
        state: isStopped ? 'T' : stuck ? 'R' : 'S',
        workers: turn?.toolSince != null ? 1 : 0,
        ...(helperAgeMs === null ? {} : { helperAgeMs: scheduler.now() - helperAgeMs }),
      };
    },
  };

  scheduler.after(draw.between(800, 5_000), () => {
    if (!alive) return;
    free = true;
    show();
    senses.status('idle');
    if (prompted) later(draw.between(50, 600), begin);
  });
  return self;
}
