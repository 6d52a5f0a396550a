/**
 * The rest of the guard, loaded while the agent boots: senses, records, effects. Any of it may fail without the session
 * noticing. A failure is reported once, and the guard works without that part.
 */

import { isAtRest } from '../decide/at-rest.ts';
import { lookAgainAt, step } from '../decide/machine.ts';
import type { GuardState } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Event } from '../events.ts';
import type { SessionState } from '../records/status.ts';
import type { Body } from './body.ts';
import { endsTurn } from './conversation.ts';
import type { End } from './fail-open.ts';
import { createFastTicks } from './fast-ticks.ts';
import { conversationFinder, shouldLookForConversation } from './find-conversation.ts';
import type { Loop } from './loop.ts';
import { reportMissingHooks } from './missing-hooks.ts';
import type { Parts } from './parts.ts';
import { createPerformer } from './perform.ts';
import type { Records } from './records.ts';
import type { Senses } from './senses.ts';

/** What a mode (terminal or pipes) adds. */
export interface Way {
  readonly body: Body;
  readonly senses: Senses;
  readonly records: Records;
  /** One turn of the loop, after the parts of the run have followed the event. */
  turned(event: Event, before: Evidence, after: GuardState): void;
  /** The state that the session is shown in after each turn. */
  told?(state: SessionState): void;
  /** Settles if the run is ended from outside, without the core. */
  readonly left?: Promise<End>;
  /** The agent is gone for good: the person need not wait for what the guard still has to do. */
  ended?(): Promise<void>;
  /** Called once everything that has happened so far has been handled. */
  begun(): void | Promise<void>;
  /** Finishes what is under way, within `limitMs`. */
  close?(limitMs: number): Promise<unknown>;
}

/** How long the guard waits at the end for notifications. */
const farewellMs = 1_000;

/** Resolves when the agent is gone for good. @param warnings reported to the loop once it runs */
export async function watch(parts: Parts, loop: Loop, way: Way, warnings: readonly string[]): Promise<End> {
  const { run, agent, conversation, wire } = parts;
  const { senses, records } = way;
  const lookForConversation = conversationFinder(run, agent, conversation);
  const checkHooks = reportMissingHooks(run, agent, senses.catchUp);
  const fastTicks = createFastTicks(loop);
  const end = new Promise<End>((exit) => {
    loop.begin({
      step,
      lookAgainAt,
      isAtRest,
      rest: senses.rest,
      turned(event, before, result) {
        const { evidence } = result.state;
        conversation.follow(event);
        wire.follow(event);
        if (endsTurn(event, before.evidence, evidence)) conversation.turnEnded();
        way.turned(event, before.evidence, result.state);
        if (shouldLookForConversation(agent, conversation, event)) lookForConversation();
        senses.tell(event, evidence);
        checkHooks(evidence);
        fastTicks.turned(result.state);
        const told = records.reporter.turned(event, before, result);
        way.told?.(told);
      },
      perform: createPerformer(parts, { ...way, exit }),
    });
  });
  const begun = way.begun();
  records.reportKnown(warnings);
  await begun;
  await senses.start();
  void agent.program.confirm();

  const result = await Promise.race([end, ...(way.left ? [way.left] : [])]);
  const ended = way.ended?.();
  fastTicks.stop();
  await senses.stop();
  await Promise.all([ended, records.close(farewellMs), way.close?.(farewellMs)]);
  return result;
}
