/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands. Everything here may fail without the
 * session noticing: what fails is reported once and done without.
 */

import { isAtRest } from '../decide/at-rest.ts';
import { lookAgainAt, step } from '../decide/machine.ts';
import type { GuardState } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Event } from '../events.ts';
import type { SessionState } from '../records/status.ts';
import type { Body } from './body.ts';
import { endsTurn } from './conversation.ts';
import { sayDeafness } from './deaf.ts';
import type { End } from './fail-open.ts';
import { createHurry } from './hurry.ts';
import type { Loop } from './loop.ts';
import type { Parts } from './parts.ts';
import { createPerformer } from './perform.ts';
import type { Records } from './records.ts';
import type { Senses } from './senses.ts';
import { looksForSession, sessionLooker } from './session.ts';

/** What a way to reach the agent adds. */
export interface Way {
  readonly body: Body;
  readonly senses: Senses;
  readonly records: Records;
  /** One turn of the loop, once the parts of the run have followed it. */
  turned(event: Event, before: Evidence, after: GuardState): void;
  /** How the session is shown after it. */
  told?(state: SessionState): void;
  /** Settles where somebody ends us and the core has no say. */
  readonly left?: Promise<End>;
  /** All that has happened so far has been dealt with. */
  begun(): void | Promise<void>;
  /** The last words, within `limitMs`. */
  close?(limitMs: number): Promise<unknown>;
}

/** The last words of notifications and of the terminal. */
const farewellMs = 1_000;

/** @param warnings to be said once there is somebody to say them to. Resolves when the agent is gone for good. */
export async function watch(parts: Parts, loop: Loop, way: Way, warnings: readonly string[]): Promise<End> {
  const { run, agent, conversation, wire } = parts;
  const { senses, records } = way;
  const lookForSession = sessionLooker(run, agent, conversation);
  const hearing = sayDeafness(run, agent, senses.catchUp);
  const hurry = createHurry(loop);
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
        if (looksForSession(agent, conversation, event)) lookForSession();
        senses.tell(event, evidence);
        hearing(evidence);
        hurry.turned(result.state);
        const told = records.reporter.turned(event, before, result);
        way.told?.(told);
      },
      perform: createPerformer(parts, { ...way, exit }),
    });
  });
  const begun = way.begun();
  records.tellKnown(warnings);
  await begun;
  await senses.start();

  const result = await Promise.race([end, ...(way.left ? [way.left] : [])]);
  hurry.stop();
  await senses.stop();
  await Promise.all([records.close(farewellMs), way.close?.(farewellMs)]);
  return result;
}
