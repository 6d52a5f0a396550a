/** In what agents differ when somebody types at them (measured), drawn from the seed. */
import type { Millis } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';

/** What differs between versions, and between machines. */
export interface Habits {
  /** An interrupt before any output puts the prompt back into the box. */
  readonly restoresPrompt: boolean;
  /** What an interrupt does with the queue. */
  readonly queueOnEscape: 'sends' | 'to-box';
  /** By hooks: each prompt that is taken, the beginning and the end of a turn. */
  readonly reports: boolean;
  readonly readMs: Millis;
  readonly drawMs: Millis;
  /** From its start to its first picture, and from there to the first key that it reads. */
  readonly bootMs: Millis;
  readonly deafMs: Millis;
  /** Held keys need no pause between them, except Enter. */
  readonly splitsReads: boolean;
}

export function drawHabits(draw: Chance, reading: Chance): Habits {
  return {
    restoresPrompt: draw.happens(0.7),
    queueOnEscape: draw.pick(['sends', 'to-box'] as const),
    reports: draw.happens(0.7),
    readMs: draw.magnitude(1, 60),
    drawMs: draw.magnitude(4, 120),
    bootMs: draw.magnitude(200, 3_000),
    deafMs: draw.magnitude(1, 400),
    splitsReads: reading.happens(0.5),
  };
}
