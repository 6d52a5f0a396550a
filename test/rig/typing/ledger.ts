/**
 * What the person has typed, in units that can be found again wherever they end up, and what became of each. Only the
 * person's keys and the agent's own books are believed, never the guard.
 */
import type { Millis } from '../../../src/events.ts';
import type { Violation } from '../seeds.ts';

/** A text that an agent has taken. */
export interface Sent {
  readonly text: string;
  readonly at: Millis;
  /**
   * `taken`: it is not on record yet. `back`: it stands in the box again. `lost`: the agent died before it was
   * recorded.
   */
  state: 'taken' | 'recorded' | 'back' | 'lost';
}

const unit = /<\d{4}>/g;
/** What the person types by mistake and deletes at once. */
export const slip = '~';

export function createLedger(now: () => Millis) {
  let count = 0;
  let lastDeletion = Number.NEGATIVE_INFINITY;
  /** Typed, or at least begun, in this order. */
  const typed: string[] = [];
  const entered = new Set<string>();
  /**
   * What waited to be sent as a key went into a question that came up at that moment. Nobody knows its wording any
   * more, the guard least.
   */
  const spilt = new Set<string>();
  /** Of the command line: no key has written it, so no key that goes elsewhere changes its wording. */
  const given = new Set<string>();
  let isSpilt = false;
  const sent: Sent[] = [];
  const violations: Violation[] = [];
  const log: string[] = [];

  const note = (line: string): void => void log.push(`${(now() / 1_000).toFixed(3).padStart(8)} ${line}`);
  const isSent = (each: string): boolean =>
    sent.some(({ text, state }) => (state === 'recorded' || state === 'taken') && text.includes(each));
  function broke(rule: string, what: string): void {
    violations.push({ at: now(), rule, what });
    note(`✗ ${rule}: ${what}`);
  }

  function nextUnit(): string {
    const next = `<${String(++count).padStart(4, '0')}>`;
    typed.push(next);
    if (isSpilt) spilt.add(next);
    return next;
  }

  return {
    violations,
    log,
    sent,
    note,
    broke,
    /** The next unit that the person types. */
    nextUnit,
    /** The prompt that the person puts on the command line. */
    promptOfStart(): string {
      const prompt = nextUnit();
      given.add(prompt);
      entered.add(prompt);
      return prompt;
    },
    /** A question has got these keys, or one Backspace has deleted all of it. */
    swallowed(text: string): void {
      note(`swallowed: ${JSON.stringify(text)}`);
      isSpilt = true;
      const waiting = typed.filter((each) => !isSent(each) && !given.has(each));
      for (const each of [...(text.match(unit) ?? []), ...waiting, slip]) spilt.add(each);
    },
    /** The person has pressed Backspace. */
    deletes(): void {
      lastDeletion = now();
    },
    deletedAt: () => lastDeletion,
    /** The person has pressed Enter: what was typed before may be sent. */
    enterPressed(): void {
      for (const each of typed) entered.add(each);
    },
    /** An agent has taken this text, whoever sent it. */
    take(text: string): Sent {
      const early = (text.match(unit) ?? []).find((each) => !entered.has(each));
      if (early !== undefined) broke('nothing is sent before Enter', `${early} in ${JSON.stringify(text)}`);
      if (text.includes(slip) && !spilt.has(slip))
        broke('what was deleted stays deleted', JSON.stringify(text));
      const one: Sent = { text, at: now(), state: 'taken' };
      sent.push(one);
      isSpilt = typed.some((each) => spilt.has(each) && !isSent(each));
      note(`sent: ${JSON.stringify(text)}`);
      return one;
    },
    /** What the conversation's file holds. */
    recorded: (): readonly Sent[] => sent.filter(({ state }) => state === 'recorded'),
    /** @param left what is still to be sent: box, queue, aside */
    judge(left: readonly string[]): void {
      const recorded = sent.filter(({ state }) => state === 'recorded' || state === 'taken');
      const texts = [...recorded.map(({ text }) => text), ...left];
      const places = (each: string) =>
        texts.reduce(
          (sum, text) => sum + (text.match(unit) ?? []).filter((found) => found === each).length,
          0,
        );
      for (const each of typed) {
        const times = places(each);
        if (times === 0 && !spilt.has(each)) broke('nothing is lost', each);
        if (times > 1 && !spilt.has(each)) broke('nothing is doubled', `${each} ${times} times`);
      }
      const order = texts
        .flatMap((text) => text.match(unit) ?? [])
        .filter((each) => !spilt.has(each))
        .map((each) => typed.indexOf(each));
      const at = order.findIndex((place, index) => index > 0 && place < (order[index - 1] as number));
      if (at > 0)
        broke('the order stays', `${typed[order[at] as number]} after ${typed[order[at - 1] as number]}`);
      const dirty = left.find((text) => text.includes(slip));
      if (dirty !== undefined && !spilt.has(slip))
        broke('what was deleted stays deleted', JSON.stringify(dirty));
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;
