/**
 * The rendered screen. It is read once output has settled, at most four times a second, and reported when a fact
 * changes.
 *
 * Two rules avoid needless reports. Running counters (seconds, tokens) are reported once a second. That no turn runs is
 * reported only after two readings, because between two repaints any part of the picture may be missing.
 */
import type { ScreenFacts } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface ScreenSensor extends Sensor {
  /** The picture has changed. */
  changed(): void;
  /** The picture is another agent's, so what it shows is reported even if nothing has changed. */
  restart(): void;
}

/** The pieces of one repaint come in short succession. */
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
  let told: ScreenFacts = { activity: 'unknown' };
  let toldAt = 0;
  let readAt = 0;
  let dueAt = 0;
  /** What a picture without a running turn showed. It must be seen a second time. */
  let unsure: ScreenFacts['activity'] | null = null;

  /** A reading that is due earlier replaces a later one. */
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
