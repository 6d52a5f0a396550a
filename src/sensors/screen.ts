/**
 * The rendered screen. It is read once output has settled, at most four times a second, and reported when a fact
 * changes.
 *
 * Two rules avoid needless reports. Running counters (seconds, tokens) are reported once a second. The end of a turn is
 * reported only if two readings agree, because between two repaints any part of the picture may be missing.
 */
import type { ScreenFacts } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface ScreenSensor extends Sensor {
  /** The picture has changed. */
  changed(): void;
  /** Another agent draws the picture now, so its facts are reported even if they have not changed. */
  restart(): void;
}

/** The pieces of one repaint arrive within this time of each other. */
const settleMs = 50;
const betweenReadsMs = 250;
const betweenCountersMs = 1_000;

/** The facts without those that change only because time passes. */
function steadyPart({ elapsedS: _, tokens: __, retry, ...facts }: ScreenFacts): string {
  return JSON.stringify({ ...facts, ...(retry && { attempt: retry.attempt, of: retry.of }) });
}

const isRest = ({ activity }: ScreenFacts) =>
  activity === 'idle' || activity === 'unknown' || activity === 'dialog' || activity === 'crashed';

/** @param read the picture's facts as of now */
export function screenSensor(read: () => ScreenFacts): ScreenSensor {
  let emit: Emit | null = null;
  let timer: NodeJS.Timeout | undefined;
  let reported: ScreenFacts = { activity: 'unknown' };
  let reportedAt = 0;
  let readAt = 0;
  let dueAt = 0;
  /** What a picture without a running turn showed. It is reported only if the next reading shows the same. */
  let unconfirmed: ScreenFacts['activity'] | null = null;

  /** Schedules a reading, unless one is due earlier. */
  function readIn(delayMs: number): void {
    const wanted = performance.now() + delayMs;
    if (timer !== undefined && dueAt <= wanted) return;
    clearTimeout(timer);
    dueAt = wanted;
    timer = setTimeout(readNow, delayMs);
    timer.unref();
  }

  function report(facts: ScreenFacts): void {
    reported = facts;
    reportedAt = performance.now();
    emit?.({ type: 'screen', facts });
  }

  function readNow(): void {
    timer = undefined;
    if (emit === null) return;
    readAt = performance.now();
    const facts = read();
    const steady = steadyPart(facts);
    if (steady !== steadyPart(reported)) {
      if (isRest(facts) && facts.activity !== reported.activity && unconfirmed !== facts.activity) {
        unconfirmed = facts.activity;
        readIn(betweenReadsMs);
        return;
      }
      report(facts);
    } else if (JSON.stringify(facts) !== JSON.stringify(reported)) {
      const waitMs = reportedAt + betweenCountersMs - readAt;
      if (waitMs > 0) readIn(Math.max(waitMs, betweenReadsMs));
      else report(facts);
    }
    unconfirmed = null;
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
      reported = { activity: 'unknown' };
      unconfirmed = null;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      emit = null;
    },
  };
}
