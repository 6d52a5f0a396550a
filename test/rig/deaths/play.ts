/** One seed: a damaged conversation, one or two guards that are struck while they repair it, and one that is not. */
import { readFileSync } from 'node:fs';
import { statePaths } from '../../../src/platform/paths.ts';
import { killedMessage, readSessions } from '../../../src/records/sessions.ts';
import { chance } from '../chance.ts';
import type { Played, Violation } from '../seeds.ts';
import { writeConversation } from './conversation.ts';
import { judgeAftermath, judgeInstants } from './judge.ts';
import { type Life, makePlace } from './place.ts';
import type { Kind, Strike } from './strike.ts';

const spared: Strike = { at: 0, kind: 'kill', lasts: 0 };

export async function play(seed: number, bug: string | null = null): Promise<Played> {
  const draw = chance(seed, 'deaths');
  const violations: Violation[] = [];
  const log: string[] = [];
  const reached = new Map<string, number>();
  const happened = (what: string) => void reached.set(what, (reached.get(what) ?? 0) + 1);
  const broke = (rule: string, what: string) => {
    violations.push({ rule, what });
    log.push(`✗ ${rule}: ${what}`);
  };
  const place = makePlace((cwd) => writeConversation(chance(seed, 'conversation'), cwd), draw.happens(0.15));
  const { written } = place;
  log.push(`${written.version}: ${written.bytes.length} bytes, ${written.open.length} open calls`);
  /** A guard was killed when it had repaired the conversation, and has told nobody. */
  let isUntold = false;
  try {
    for (let lives = draw.pick([1, 1, 2]); lives > 0; lives--) {
      const kind: Kind = draw.pick(['kill', 'kill', 'kill', 'ENOSPC', 'EROFS', 'EIO', 'EMFILE']);
      const most = kind === 'kill' ? 56 : 160; // about as many as a life has
      const strike: Strike = {
        at: draw.between(1, most),
        kind,
        lasts: kind === 'kill' ? 1 : draw.magnitude(1, 1_000),
      };
      await live(strike, 0);
    }
    await live(spared, 2);
    return { violations, log, reached };
  } finally {
    place.remove();
  }

  async function live(strike: Strike, hoursLater: number): Promise<void> {
    const before = readFileSync(place.transcript);
    const life = await place.live(strike, hoursLater, bug);
    const isSpared = strike.at === 0;
    log.push(
      isSpared ? 'a life to its end' : `${strike.kind} at call ${strike.at}, for ${strike.lasts} calls`,
    );
    for (const told of life.told) log.push(`  ${JSON.stringify(told).slice(0, 300)}`);
    log.push(`  end: ${life.end}${life.said === '' ? '' : `: ${life.said.slice(0, 500)}`}`);
    const isNew = !readFileSync(place.transcript).equals(before);
    const hit = life.told.some((told) => 'calls' in told && told.calls < strike.at) ? ', never struck' : '';
    happened(`${isSpared ? 'spared' : strike.kind}${hit}${isNew ? ', repaired' : ''}`);
    judgeInstants(place, before, life, broke);
    judgeTold(strike, life, isNew);
    const isKilled = life.end === 'SIGKILL' && strike.kind === 'kill';
    // Nothing but a kill ends a guard; a disk on which nothing can be written leaves the agent without one.
    if (!isKilled && life.end !== 0)
      broke('a failing disk ends no guard', `${life.end}: ${life.said.slice(0, 400)}`);
    if (isKilled) {
      const left = readSessions(statePaths(place.env)).at(-1);
      const isSaid =
        left === undefined || left.status.message === killedMessage || left.status.state === 'ended';
      if (!isSaid) broke('a killed guard is known to be killed', JSON.stringify(left?.status.message));
    }
    if (isSpared) judgeAftermath(place, life, broke);
  }

  /** A guard tells what it has done, or the next one does. */
  function judgeTold({ kind, lasts }: Strike, life: Life, isNew: boolean): void {
    const warnings = life.told.flatMap((told) => ('warnings' in told ? told.warnings : []));
    const repairs = life.told.flatMap((told) =>
      'event' in told && told.event.type === 'repaired' ? [told.event] : [],
    );
    const isToldBefore = warnings.some((text) => text.includes('killed before it could say so'));
    const isTold = repairs.some(({ ok }) => ok) || warnings.some((text) => text.includes('was damaged'));
    const hasSpoken = life.told.some((told) => 'warnings' in told);
    if (isUntold && hasSpoken && !isToldBefore) broke('the next start tells what happened', warnings.join());
    isUntold = isNew && !isTold && life.end === 'SIGKILL';
    if (isTold && !isNew) broke('what is told is so', 'nothing was repaired');
    // A disk that goes on failing may also keep the guard from putting the original back.
    const isHopeless = kind !== 'kill' && lasts > 1;
    if (isNew && !isTold && !isUntold && !isHopeless)
      broke('what is told is so', 'nobody tells of the repair');
  }
}
