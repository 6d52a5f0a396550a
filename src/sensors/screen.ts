/**
 * The rendered screen, read when output has settled and at most four times a second, told when a fact changes.
 *
 * Two things keep it calm. Counters (seconds, tokens) that run on are told once a second. And that no
 * turn runs is believed only when two readings say so: between two repaints the picture may lack any part.
 */
import type { ScreenFacts } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface ScreenSensor extends Sensor {
  /** The picture has changed. */
  changed(): void;
  /** It is another agent's picture: what it says is news, also where it says the same. */
  restart(): void;
}

/** Pieces of one repaint come in short succession. */
const settleMs = 50;
const betweenReadsMs = 250;
const betweenCountersMs = 1_000;

/** The facts without those that change by the mere passing of time. */
function steadyPart({ elapsedS: _, tokens: __, retry, ...facts }: ScreenFacts): string {
  return JSON.stringify({ ...facts, ...(retry && { attempt: retry.attempt, of: retry.of }) });
}

const isRest = ({ activity }: ScreenFacts) =>
  activity === 'idle' || activity === 'unknown' || activity === 'dialog' || activity === 'crashed';

/** @param read the picture's facts as of now */
export function screenSensor(read: () => ScreenFacts): ScreenSensor {
  let emit: Emit | null = null;
  let timer: NodeJS.Timeout | undefined;
  let told: ScreenFacts = { activity: 'unknown' };
  let toldAt = 0;
  let readAt = 0;
  let dueAt = 0;
  /** What a picture without a running turn showed, waiting to be seen a second time. */
  let unsure: ScreenFacts['activity'] | null = null;

  /** A reading that is due earlier takes the place of a later one. */
  function readIn(delayMs: number): void {
    const wanted = performance.now() + delayMs;
    if (timer !== undefined && dueAt <= wanted) return;
    clearTimeout(timer);
    dueAt = wanted;
    timer = setTimeout(readNow, delayMs);
    timer.unref();
  }

  function tell(facts: ScreenFacts): void {
    told = facts;
    toldAt = performance.now();
    emit?.({ type: 'screen', facts });
  }

  function readNow(): void {
    timer = undefined;
    if (emit === null) return;
    readAt = performance.now();
    const facts = read();
    const steady = steadyPart(facts);
    if (steady !== steadyPart(told)) {
      if (isRest(facts) && facts.activity !== told.activity && unsure !== facts.activity) {
        unsure = facts.activity;
        readIn(betweenReadsMs);
        return;
      }
      tell(facts);
    } else if (JSON.stringify(facts) !== JSON.stringify(told)) {
      const waitMs = toldAt + betweenCountersMs - readAt;
      if (waitMs > 0) readIn(Math.max(waitMs, betweenReadsMs));
      else tell(facts);
    }
    unsure = null;
  }

  return {
    name: 'screen',
    start(into) {
      emit = into;
      readIn(settleMs);
    },
    changed() {
      if (emit !== null) readIn(Math.max(settleMs, readAt + betweenReadsMs - performance.now()));
    },
    restart() {
      told = { activity: 'unknown' };
      unsure = null;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      emit = null;
    },
  };
}
