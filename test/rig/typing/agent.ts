/**
 * One agent as the person and the guard type at it, with the measured habits of some version: what it reads shows after
 * a while, a message that is sent in a turn is queued, Esc may bring texts back into the box, a question takes every
 * key, and when it dies, what is not on record is gone.
 */
import type { InputBox } from '../../../src/agents/contract/screen.ts';
import type { Millis, Observation, ScreenFacts } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import { createBox } from './box.ts';
import type { Habits } from './habits.ts';
import { type Press, readKeys } from './keys.ts';
import type { Ledger, Sent } from './ledger.ts';
import type { SimulatedTime } from './time.ts';

/** What an agent tells those around it. */
export interface Around {
  readonly time: SimulatedTime;
  readonly ledger: Ledger;
  emit(observation: Observation): void;
  /** By a hook: it has taken a prompt, and a turn begins. */
  reportPrompt(text: string): void;
  /** It has drawn. */
  drew(): void;
  ended(): void;
}

export interface Agent {
  readonly generation: number;
  /** Bytes for its terminal. @param isOwnKey the person has pressed this key just now, looking at the screen */
  write(bytes: Uint8Array, isOwnKey: boolean): void;
  /** It reads its terminal. */
  takesKeys(): boolean;
  /** The screen as it is drawn. */
  seen(): { readonly facts: ScreenFacts; readonly box: InputBox | null; readonly pictures: number };
  isAlive(): boolean;
  isWorking(): boolean;
  /** It asks the person something. */
  ask(): void;
  asks(): boolean;
  /** The turn will not end by itself. */
  hang(): void;
  /** It ends after all. */
  goOn(): void;
  kill(): void;
  /** What would still be sent, or is in the box. */
  left(): readonly string[];
}

/** The key that answers a question. */
export const answer = '1';

/** By then, a key of the person's that was held back has reached the agent. */
const deletesMs: Millis = 15_000;

/** After this, an ESC that nothing follows is the Esc key. */
const escMs: Millis = 50;

/** A question has been on the screen for so long: whoever looks has seen it. */
const seenMs: Millis = 300;

/** @param prompt of its arguments; null: none */
export function startAgent(
  { time, ledger, emit, reportPrompt, drew, ended }: Around,
  habits: Habits,
  draw: Chance,
  generation: number,
  prompt: string | null,
): Agent {
  const box = createBox();
  let isAlive = true;
  let reads = false;
  let unread = '';
  let isReading = false;
  /** How often it has been written to. */
  let writes = 0;
  let activity: ScreenFacts['activity'] = 'unknown';
  let seen: ReturnType<Agent['seen']> = { facts: { activity }, box: null, pictures: 0 };
  let reported: ScreenFacts['activity'] = 'unknown';
  let pictures = 0;
  let queue: string[] = [];
  let turn: { readonly sent: Sent; hasOutput: boolean; hangs: boolean } | null = null;
  let askedAt: Millis | null = null;
  let restoredAt = Number.NEGATIVE_INFINITY;
  const later = (ms: Millis, act: () => void): void =>
    void time.after(ms, () => {
      if (isAlive) act();
    });

  function show(): void {
    const facts: ScreenFacts = { activity, ...(box.text() !== '' && { draft: true }) };
    const drawn: InputBox | null =
      activity === 'dialog' ? null : { text: box.drawn(), isPrompt: true, vimInsert: false };
    later(habits.drawMs, () => {
      seen = { facts, box: drawn, pictures: ++pictures };
      drew();
      emit({ type: 'output', bytes: 100 });
      // The screen is read a moment after it was drawn, and the end of a question is read twice.
      const wasAsked = reported === 'dialog' && facts.activity !== 'dialog';
      later(wasAsked ? draw.between(300, 650) : 60, () => {
        reported = seen.facts.activity;
        emit({ type: 'screen', facts: seen.facts });
      });
    });
  }
  function rest(): void {
    activity = askedAt === null ? (turn === null ? 'idle' : 'busy') : 'dialog';
    show();
  }

  function begin(text: string): void {
    const mine = { sent: ledger.take(text), hasOutput: false, hangs: false };
    turn = mine;
    // A hook is a program that the agent starts, and outlives it.
    if (habits.reports) time.after(draw.magnitude(20, 400), () => reportPrompt(text));
    later(30, () => emit({ type: 'request.sent' }));
    later(draw.magnitude(1, 300), () => {
      if (mine.sent.state === 'taken') mine.sent.state = 'recorded';
    });
    later(draw.magnitude(300, 5_000), () => {
      if (turn === mine && !mine.hangs) mine.hasOutput = true;
    });
    const ends = (): void => {
      if (turn !== mine) return;
      if (mine.hangs || askedAt !== null) {
        later(2_000, ends);
        return;
      }
      turn = null;
      ledger.note('turn over');
      if (habits.reports) emit({ type: 'turn.ended' });
      goOn();
    };
    later(draw.magnitude(800, 30_000), ends);
    rest();
  }
  /** The queue is sent as one text. */
  function goOn(): void {
    const text = queue.join('\n');
    queue = [];
    if (text === '') rest();
    else begin(text);
  }
  function interrupt(): void {
    if (turn === null) return;
    const { sent, hasOutput } = turn;
    turn = null;
    ledger.note(`interrupted, ${queue.length} queued`);
    if (habits.reports && draw.happens(0.3)) emit({ type: 'interrupted' });
    if (queue.length > 0 && habits.queueOnEscape === 'sends') {
      later(50, goOn);
      return;
    }
    const back = habits.restoresPrompt && !hasOutput && box.text() === '' && queue.length === 0;
    if (back) {
      sent.state = 'back';
      box.type(sent.text);
    }
    restoredAt = time.now();
    if (queue.length > 0) {
      const draft = box.text();
      box.empty();
      box.type([...queue, ...(draft === '' ? [] : [draft])].join('\n'));
      queue = [];
    }
    later(draw.magnitude(20, 260), rest);
  }

  function submit(): void {
    const text = box.text();
    if (text.trim() === '') return;
    if (text.endsWith('\\')) {
      box.backspace();
      box.type('\n');
      return;
    }
    box.empty();
    if (turn === null) begin(text);
    else {
      queue.push(text);
      ledger.note(`queued: ${JSON.stringify(text)}`);
    }
  }
  function press(each: Press, isBurst: boolean): void {
    if (askedAt !== null) {
      const isAnswer = 'text' in each && each.text === answer;
      const isMeant = isAnswer && time.now() - askedAt > seenMs; // otherwise, it was typed without looking
      if (!isMeant) ledger.swallowed('text' in each ? each.text : '');
      if (isAnswer || each.key === 'enter' || each.key === 'escape') askedAt = null;
      return;
    }
    if (each.key === 'text') box.type(each.text);
    else if (each.key === 'paste') box.paste(each.text);
    else if (each.key === 'newline' || (each.key === 'enter' && isBurst)) box.type('\n');
    else if (each.key === 'enter') submit();
    else if (each.key === 'escape') interrupt();
    else if (each.key === 'backspace') deleted(box.backspace());
    else if (each.key === 'clear') box.clearRow();
  }
  /** A stand-in goes as a whole, as without a guard. */
  function deleted(text: string): void {
    if (text !== '' && time.now() - ledger.deletedAt() < deletesMs) ledger.swallowed(text);
  }
  /** @param isOver nothing has followed an ESC in time */
  function read(isOver: boolean): void {
    if (!reads) return;
    const { presses, rest: open } = readKeys(unread, isOver);
    unread = open;
    const upTo = writes;
    if (open === '\x1b')
      later(escMs, () => {
        if (writes === upTo) read(true);
      });
    const isBurst = presses.some(({ key }) => key === 'text') && presses.length > 1;
    for (const each of presses) press(each, isBurst);
    if (presses.length > 0) rest();
  }

  later(habits.bootMs, () => {
    activity = 'idle';
    show();
    // What has come before it reads is lost with the terminal's old mode.
    later(habits.deafMs, () => {
      unread = '';
      reads = true;
      if (prompt !== null) begin(prompt);
    });
  });

  return {
    generation,
    write(bytes, isOwnKey) {
      if (!isAlive) return;
      if (!isOwnKey && askedAt !== null && time.now() - askedAt > seenMs)
        ledger.broke('no key into a question', JSON.stringify(Buffer.from(bytes).toString()));
      unread += Buffer.from(bytes).toString();
      writes++;
      if (isReading) return;
      isReading = true;
      later(habits.readMs, () => {
        isReading = false;
        read(false);
      });
    },
    takesKeys: () => reads,
    seen: () => seen,
    isAlive: () => isAlive,
    isWorking: () => turn !== null,
    ask() {
      if (!reads) return;
      // If no screen between two questions was read, nobody can know of the keys that went into the box there.
      if (askedAt === null && reported === 'dialog') ledger.swallowed(box.text());
      askedAt = time.now();
      ledger.note('asks');
      rest();
    },
    asks: () => askedAt !== null,
    hang() {
      if (turn !== null) turn.hangs = true;
    },
    goOn() {
      if (turn !== null) turn.hangs = false;
    },
    kill() {
      if (!isAlive) return;
      isAlive = false;
      // What has come back into the box and was never drawn cannot be known.
      if (time.now() - restoredAt < seenMs) ledger.swallowed(box.text());
      // A question that stands has got the beginning of this.
      if (askedAt !== null && time.now() - askedAt > seenMs && unread !== '') ledger.swallowed(unread);
      if (turn?.sent.state === 'taken') turn.sent.state = 'lost';
      ledger.note('dies');
      ended();
    },
    left: () => [...queue, box.text()].filter((text) => text !== ''),
  };
}
