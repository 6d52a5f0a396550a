/** The person: asks for work when the agent is free, answers its questions, and sometimes stops it. */
import type { Observation } from '../../../src/events.ts';
import type { Agent } from './agent.ts';
import type { Checker } from './checker.ts';
import type { Guard } from './guard.ts';
import type { Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import type { Senses } from './senses.ts';

interface Desk {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly senses: Senses;
  readonly guard: Guard;
  readonly checker: Checker;
  current(): Agent;
  tell(observation: Observation): void;
  /** Nobody asks for anything new any more, and every question is answered. */
  isLeaving(): boolean;
}

export function sitDown(desk: Desk): void {
  const { plan, scheduler, senses, guard, checker, current, tell, isLeaving } = desk;
  const draw = plan.chance('person');
  const presses = (kind: 'enter' | 'escape' | 'text', bytes: number): void => {
    checker.touched(kind === 'enter', kind === 'enter' && current().isFree());
    tell({ type: 'input', kind, bytes });
  };
  const stops = (agent: Agent): void => {
    presses('escape', 1);
    guard.after(50, () => agent.interrupt()); // keys pass through the guard
  };
  function asks(agent: Agent): void {
    presses('text', draw.between(5, 80));
    senses.shows({ activity: 'idle', draft: true });
    scheduler.after(draw.between(200, 5_000), () => {
      if (!current().isFree() || current() !== agent) return;
      presses('enter', 1);
      guard.after(0, () => agent.submit());
    });
  }
  const queues = (agent: Agent): void => {
    presses('text', draw.between(5, 80));
    presses('enter', 1);
    guard.after(0, () => agent.queue());
  };
  const prompting = (): void => {
    if (isLeaving()) return;
    const agent = current();
    const { name, cure } = guard.state();
    if (agent.isFree() && name === 'watching' && cure === null) asks(agent);
    else if (agent.isWorking() && draw.happens(0.01)) stops(agent);
    else if (agent.isWorking() && draw.happens(0.1)) queues(agent);
    else if (name === 'asking' && draw.happens(0.3)) stops(agent);
    scheduler.after(draw.magnitude(1_000, 300_000), prompting);
  };
  const answering = (): void => {
    if (current().asksPerson() && draw.happens(isLeaving() ? 1 : 0.02)) {
      presses('text', 1);
      guard.after(0, () => current().answerDialog());
    }
    scheduler.after(2_000, answering);
  };
  scheduler.after(5_000, prompting);
  answering();
}
