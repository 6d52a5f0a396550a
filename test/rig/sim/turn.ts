/** One turn of an agent: it asks, reads, runs tools, and tries again after an error. */
import type { FailureKind, Millis } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import type { AgentWorld } from './agent.ts';
import { exchange } from './exchange.ts';
import type { Connection } from './line.ts';
import type { Plan } from './plan.ts';
import type { Process } from './process.ts';
import type { Answer } from './provider.ts';
import { drawTool } from './tool.ts';
import type { TurnTrouble } from './trouble.ts';

export interface Turn {
  readonly number: number;
  readonly startedAt: Millis;
  rounds: number;
  tokens: number;
  tries: number;
  isThinking: boolean;
  activity: 'busy' | 'tool' | 'retrying' | 'compacting' | 'dialog';
  connection: Connection | null;
  isConnecting: boolean;
  toolSince: Millis | null;
  /** A process of the tool is there. */
  hasWorker: boolean;
  hookSince: Millis | null;
  neverAsks: boolean;
  hasLostTool: boolean;
  /** The conversation is being made smaller before the turn's own request. */
  isCompacting: boolean;
  isCompactionStuck: boolean;
  /** Something of the awaited answer has come. */
  hasStreamed: boolean;
  /** The next request asks for an answer in one piece. */
  asksWhole: boolean;
  /** A hook of the person's has had it go on once already. */
  wentOn: boolean;
  /** The person answers its question. */
  answered(): void;
}

/** What a turn needs of its agent. */
export interface Worker {
  readonly world: AgentWorld;
  readonly generation: number;
  readonly draw: Chance;
  readonly process: Process;
  /** The agent is alive and in this turn. */
  isOn(turn: Turn): boolean;
  after(turn: Turn, ms: Millis, act: () => void): void;
  show(): void;
  /** A connection for the turn's request: the one that its last answer has left free, or a new one. */
  connect(opened: (connection: Connection) => void, failed: () => void): void;
  /** Bytes of the next request: a conversation only grows. */
  requestBytes(): number;
  /** The conversation has become smaller. */
  compacted(): void;
  /** @param how null: well */
  over(turn: Turn, how: TurnTrouble | null): void;
}

export const maxTries = 10;
/** How often a conversation has to be made smaller before a request. */
const compacts = 0.05;
/** An API at capacity gets so much time for three tries. */
const overloadedMs = 3_000;
/** How often a hook of the person's does not let a turn end. */
const goesOn = 0.1;

/** Newer agents write each request down, and their hooks tell a good end of a turn from a failure. */
export const isNewer = ({ senses }: Plan): boolean => senses.requests;

/** The ends that the agent itself calls a failure. */
export const failures: { readonly [How in TurnTrouble]?: FailureKind } = {
  failed: 'connection',
  overloaded: 'overloaded',
  refused: 'history',
};

export const newTurn = (number: number, startedAt: Millis): Turn => ({
  number,
  startedAt,
  rounds: 0,
  tokens: 0,
  tries: 0,
  isThinking: false,
  activity: 'busy',
  connection: null,
  isConnecting: false,
  toolSince: null,
  hasWorker: false,
  hookSince: null,
  neverAsks: false,
  hasLostTool: false,
  isCompacting: false,
  isCompactionStuck: false,
  hasStreamed: false,
  asksWhole: false,
  wentOn: false,
  answered() {},
});

/** The turn's first request goes up, and all that follows from it. */
export function runTurn(worker: Worker, turn: Turn): void {
  const { world, generation, draw, isOn, after, show } = worker;
  const { plan, scheduler, line, senses } = world;
  const tellsGoodEnds = isNewer(plan) && { well: true as const };

  function begin(): void {
    turn.isCompactionStuck = world.hits('stuck-compaction');
    turn.isCompacting = turn.isCompactionStuck || draw.happens(compacts);
    if (turn.isCompactionStuck) {
      turn.activity = 'compacting';
      show();
    } else ask();
  }
  function ask(): void {
    turn.activity = turn.isCompacting ? 'compacting' : 'busy';
    turn.isConnecting = true;
    show();
    worker.connect(
      (connection) => {
        turn.isConnecting = false;
        if (isOn(turn)) request(connection);
        else line.end(connection, 'agent', 'closed');
      },
      () => {
        turn.isConnecting = false;
        if (isOn(turn)) failed();
      },
    );
  }
  function request(connection: Connection): void {
    turn.connection = connection;
    turn.rounds++;
    senses.requested();
    exchange(worker, turn, connection, worker.requestBytes(), { over: completed, failed });
  }

  function completed(ending: Answer['ending']): void {
    const isBroken = ending === 'cut-short' || ending === 'silent';
    if (ending === 'http-error' || (turn.isCompacting && isBroken)) failed();
    else if (ending === 'overloaded') after(turn, overloadedMs, () => end('overloaded'));
    else if (ending === 'refused') end('refused');
    else if (turn.isCompacting) compacted();
    else if (ending === 'silent') end('silent-end');
    else answered(ending === 'cut-short', ending === 'tool');
  }
  function compacted(): void {
    turn.tries = 0;
    turn.hasStreamed = false;
    turn.asksWhole = false;
    turn.isCompacting = false;
    worker.compacted();
    senses.record({ type: 'compaction.finished' });
    ask();
  }
  function answered(isCutShort: boolean, callsTool: boolean): void {
    turn.tries = 0;
    turn.hasStreamed = false;
    turn.asksWhole = false;
    const cutShort = isCutShort || !world.plan.namesStops;
    const endsTurn = !cutShort && !callsTool;
    senses.record({ type: 'answer.recorded', ...(cutShort && { cutShort }), ...(endsTurn && { endsTurn }) });
    if (callsTool) runTool();
    else if (isCutShort) end('cut-short');
    else if (world.plan.hookSeconds > 0 && !turn.wentOn && draw.happens(goesOn)) goOn();
    else end(null);
  }
  /** A hook of the person's at the end of the turn has the agent go on. */
  function goOn(): void {
    turn.wentOn = true;
    turn.hookSince = scheduler.now();
    senses.hook({ type: 'turn.ended', ...tellsGoodEnds });
    after(turn, draw.between(500, world.plan.hookSeconds * 1_000 + 500), () => {
      turn.hookSince = null;
      begin();
    });
  }

  function runTool(): void {
    const tool = drawTool(draw, `tool-${generation}-${turn.number}-${turn.rounds}`);
    const { toolUseId } = tool.started;
    const finished = { type: 'tool.finished', toolUseId, ok: true } as const;
    const run = (): void => {
      turn.activity = 'tool';
      turn.toolSince = scheduler.now();
      turn.hasWorker = !tool.isRemote;
      show();
      if (!tool.isRemote && world.hits('lost-tool')) {
        turn.hasLostTool = true;
        turn.toolSince = null;
        return;
      }
      after(turn, tool.tookMs, () => {
        turn.toolSince = null;
        senses.hook(finished);
        senses.record({ ...finished, recorded: true });
        after(turn, draw.between(20, 400), begin);
      });
    };
    senses.hook(tool.started);
    senses.record({ ...tool.started, recorded: true });
    // No hook tells the end of a call that is refused. Without the record nothing would.
    if (tool.isRefused && plan.senses.record) {
      senses.record({ ...finished, ok: false, recorded: true });
      after(turn, draw.between(20, 400), begin);
      return;
    }
    if (!tool.asks) {
      run();
      return;
    }
    turn.activity = 'dialog';
    senses.status('blocked');
    senses.hook({ type: 'person.needed', why: 'permission' });
    show();
    turn.answered = () => {
      turn.answered = () => {};
      senses.status('working');
      run();
    };
  }

  /** The request failed, as the agent sees it: it tries again by itself, at growing intervals. */
  function failed(): void {
    turn.connection = null;
    turn.asksWhole ||= turn.hasStreamed && world.plan.asksWhole;
    turn.tries++;
    if (turn.tries > maxTries) {
      end('failed');
      return;
    }
    const pauseMs = Math.min(30_000, 500 * 2 ** (turn.tries - 1)) * (0.75 + draw.between(0, 50) / 100);
    turn.activity = 'retrying';
    show();
    after(turn, pauseMs, ask);
  }

  function end(how: TurnTrouble | null): void {
    const failure = how === null ? undefined : failures[how];
    senses.hook({ type: 'turn.ended', ...(failure === undefined ? tellsGoodEnds : { failure }) });
    worker.over(turn, how);
  }

  begin();
}
