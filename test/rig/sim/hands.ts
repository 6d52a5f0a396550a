/** Carries out what the guard wants done, as its hands and the world would, and tells what came of it. */
import type { Effect } from '../../../src/effects.ts';
import type { Observation } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import type { Agent } from './agent.ts';
import type { Checker } from './checker.ts';
import type { Line } from './line.ts';
import type { Scheduler } from './scheduler.ts';

interface Reach {
  readonly scheduler: Scheduler;
  readonly line: Line;
  readonly checker: Checker;
  readonly draw: Chance;
  tell(observation: Observation): void;
  current(): Agent;
  start(generation: number, resumed: boolean, prompted: boolean): void;
}

export function createHands({ scheduler, line, checker, draw, tell, current, start }: Reach) {
  const soon = (low: number, high: number, act: () => void) => scheduler.after(draw.between(low, high), act);

  /** The latest stop, until it has killed. */
  let stopping = { isSpared: false };

  function cut(connections: readonly number[]): void {
    soon(1, 30, () => {
      for (const id of connections) {
        const connection = line.find(id);
        if (connection !== undefined) line.end(connection, 'guard', 'cut');
      }
      tell({ type: 'cut.done', count: connections.length });
    });
  }
  function nudge(agent: Agent, interrupts: boolean): void {
    const interrupted = agent.turn();
    if (interrupts) soon(10, 200, () => agent.interrupt());
    soon(700, 4_000, () => {
      // An agent whose queue was not empty has begun another turn by itself.
      const goesOn = interrupts && agent.isWorking() && agent.turn() !== interrupted;
      const isTaken = goesOn || agent.submit();
      const outcome = !agent.isAlive() ? 'agent-gone' : isTaken ? 'submitted' : 'not-idle';
      checker.nudged();
      tell({ type: 'nudge.done', outcome });
    });
  }
  /** The look at an agent that works on a slow disk may take long; meanwhile it may go on by itself. */
  function stop(agent: Agent, generation: number, graceMs: number): void {
    const ours = { isSpared: false };
    stopping = ours;
    const wasAlive = agent.isAlive();
    soon(20, draw.happens(0.1) ? 30_000 : 300, () => {
      tell({ type: 'saved', ok: true });
      soon(20, graceMs + 300, () => {
        if (ours.isSpared) return;
        const endedByItself = wasAlive && !agent.isAlive();
        agent.kill();
        soon(80, 400, () =>
          tell({ type: 'stop.done', generation, left: 0, ...(endedByItself && { endedByItself }) }),
        );
      });
    });
  }
  function probe(): void {
    soon(5, 400, () => {
      const reachable = line.state() === 'up';
      tell({ type: 'network.probed', reachable, latencyMs: reachable ? 20 : null });
    });
  }

  return (effect: Effect): void => {
    const agent = current();
    switch (effect.type) {
      case 'cut':
        cut(effect.connections);
        return;
      case 'nudge':
        nudge(agent, effect.interrupt);
        return;
      case 'continue':
        scheduler.after(10, () => agent.letRunOn());
        return;
      case 'stop':
        stop(agent, effect.generation, effect.graceMs);
        return;
      case 'spare':
        stopping.isSpared = true;
        return;
      case 'probe':
        probe();
        return;
      case 'launch':
        soon(50, 600, () => start(effect.generation, effect.resume, effect.prompt));
        return;
      default:
    }
  };
}
