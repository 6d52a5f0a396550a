/**
 * An agent's input box to nudge: keys change it at once, and show after `drawMs`, as on a screen. It runs in real time,
 * because each step waits for what it sees.
 */

import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import type { InputBox } from '../../../src/agents/contract/screen.ts';
import type { Event, Observation, ScreenFacts } from '../../../src/events.ts';
import { createComposer } from '../../../src/person/composer.ts';
import { createDesk, type Desk } from '../../../src/person/hands/desk.ts';
import { createObservers } from '../../../src/terminal/observers.ts';
import { createPersonKeys } from '../../../src/terminal/person-keys.ts';
import type { Pty } from '../../../src/terminal/pty.ts';
import { inputRuns } from '../../../src/terminal/vt/keys.ts';
import { tokensOf } from '../../support/keys.ts';

export interface BoxOptions {
  readonly draft?: string;
  readonly shell?: boolean;
  /** How long the screen lags. */
  readonly drawMs?: number;
  /** Ctrl+U and Backspace do nothing. */
  readonly stuck?: boolean;
  /** An interrupt does not end the turn. */
  readonly goesOn?: boolean;
  /** What an interrupt leaves in the box. */
  readonly restores?: string;
  /** The text that was sent last. */
  readonly sent?: string;
  /** The box has vim keys. */
  readonly vim?: 'insert' | 'normal';
  /** The keys that made the person's draft, if they are more than its text. */
  readonly keys?: string;
  /** The person reads the transcript view; `asked`: there is a question behind it. */
  readonly transcript?: 'open' | 'asked';
  /** A long paste is drawn as a stand-in. */
  readonly standIn?: boolean;
  /** False: the agent has drawn its box, but does not listen yet. */
  readonly takesKeys?: () => boolean;
  readonly looksLent?: () => boolean;
  /** False: the agent reads keys, but they have no effect. */
  readonly hears?: () => boolean;
  /** Called with each write, before it has its effect. */
  readonly onWrite?: (keys: string, agent: TypedAt) => void;
}

export interface TypedAt {
  readonly desk: Desk;
  readonly submitted: string[];
  readonly written: string[];
  readonly outcomes: string[];
  box(): string;
  /** How often the guard's hands have looked at the box. */
  readonly looks: number;
  ask(): void;
  /** The next picture looks like a question. */
  flickers(): void;
  /** The question has been answered. */
  answer(): void;
  /** What the screen reads as, whatever is in the box. */
  shows(activity: ScreenFacts['activity']): void;
  /** It has drawn something that nobody can read. */
  scrawls(): void;
  /** The person wants the guard to do nothing. */
  pause(): void;
  end(): void;
  /** One more event of the loop. */
  follow(event: Event): void;
  /** What the person's terminal sends. */
  personTypes(keys: string): void;
  /** The same, but nobody has been told yet. */
  personPresses(keys: string): void;
}

export function typedAt(options: BoxOptions = {}): TypedAt {
  const { drawMs = 0, stuck = false, restores = '' } = options;
  let text = options.draft ?? '';
  let vim = options.vim;
  let shell = options.shell ?? false;
  let activity: ScreenFacts['activity'] = 'busy';
  let seen: InputBox = boxNow();
  let isReading = options.transcript !== undefined;
  let paused = false;
  let drawsUnknown = false;
  let flickers = false;
  let looks = 0;
  const submitted: string[] = [];
  const written: string[] = [];
  const outcomes: string[] = [];
  const composer = createComposer();
  if (options.sent !== undefined) composer.startedWith(options.sent, options.sent, 0);
  composer.typed(tokensOf(options.keys ?? `${shell ? '!' : ''}${text}`), true, 0);
  composer.typed([], false, 0); // the agent has all of them

  function boxNow(): InputBox {
    const drawn = options.standIn && text.length > 40 ? '[Pasted text #1 +4 lines]' : text;
    return { text: `${shell ? '!' : ''}${drawn}`, isPrompt: !shell, vimInsert: vim === 'insert' };
  }
  function draw(): void {
    const [box, now, transcript] = [boxNow(), activity, isReading];
    const drawn = () => {
      seen = box;
      if (transcript) return show({ activity: 'dialog', dialog: 'transcript' });
      show({ activity: now, ...(box.text !== '' && { draft: true }) });
    };
    if (drawMs === 0) drawn();
    else setTimeout(drawn, drawMs);
  }
  function interrupt(): void {
    if (options.goesOn) return;
    activity = 'idle';
    if (text === '') text = restores;
  }
  function press(bytes: string): void {
    const keys = bytes.replace(/\x1bP[^\x1b]*\x1b\\|\x1b\[[?<][\d;]*[a-zA-Z]/g, ''); // without what the terminal reports
    if (isReading && keys === '\x1b') {
      isReading = false;
      if (options.transcript === 'asked') activity = 'dialog';
      return;
    }
    if (isReading || activity === 'dialog' || keys === '') return;
    if (vim === 'normal' && keys !== '\x1b') {
      if (keys === 'A') vim = 'insert';
      else if (keys !== 'G' && keys !== '\r') text += '?'; // a command that does something to the text
      return;
    }
    if (keys === '\x1b' && vim === 'insert') vim = 'normal';
    else if (keys === '\x1b') interrupt();
    else if (keys === '\x15') text = stuck ? text : text.slice(0, text.lastIndexOf('\n') + 1);
    else if (keys === '\x7f') {
      if (text === '') shell = false;
      else if (!stuck) text = text.slice(0, -1);
    } else if (keys === '\r') {
      submitted.push(`${shell ? '!' : ''}${text}`);
      text = '';
      activity = 'busy';
    } else text += keys.replace(/^\x1b\[200~|\x1b\[201~$/g, '');
  }
  const write = (bytes: Uint8Array) => {
    const keys = Buffer.from(bytes).toString();
    options.onWrite?.(keys, agent);
    written.push(keys);
    if (options.hears?.() ?? true) press(keys);
    draw();
    return true;
  };
  const pty = {
    generation: 1,
    write,
    takesKeys: () => options.takesKeys?.() ?? true,
    onInputBlocked() {},
    onInputDrained() {},
  } as unknown as Pty;
  let running: Pty | null = pty;
  const observers = createObservers({
    wrote() {},
    typed(tokens) {
      for (const { kind, bytes } of inputRuns(tokens))
        desk.follow({ type: 'input', kind, bytes, at: 0 }, paused);
    },
  });
  const keys = createPersonKeys(observers, {
    pauseInput() {},
    observe() {},
    splitsReads: () => true,
    gave() {},
  });
  observers.observeKeys((tokens) => composer.typed(tokens, keys.keptBytes > 0, 0));
  keys.attach(pty);
  const desk = createDesk({
    keyboard: () => running,
    terminal: keys,
    looksLent: () => options.looksLent?.() ?? false,
    launch: {
      adapter: {
        ...claudeCode,
        keys: { interrupt: '\x1b', clearInput: ['\x15', '\x7f'], submit: '\r', vimInsert: ['G', 'A'] },
        pasteStandIn: /\[Pasted text #\d+(?: \+\d+ lines)?\]/,
        readInputBox() {
          looks++;
          return isReading || activity === 'dialog' ? null : seen;
        },
      },
    },
    view: () => ({
      rows: drawsUnknown ? ['?'] : [],
      cursor: { row: 0, column: 0, visible: false },
      title: '',
      columns: 80,
      stale: false,
    }),
    showsQuestion() {
      const looksAsked = flickers || activity === 'dialog';
      flickers = false;
      return looksAsked;
    },
    composer,
    emit: (observation: Observation) => {
      if (observation.type === 'nudge.done') outcomes.push(observation.outcome);
    },
  });
  const show = (facts: ScreenFacts) => desk.follow({ type: 'screen', facts, at: 0 }, paused);
  if (vim !== undefined) {
    seen = { ...seen, vimInsert: true }; // each of them has begun in INSERT mode
    show({ activity });
  }
  draw();
  const agent: TypedAt = {
    desk,
    submitted,
    written,
    outcomes,
    box: () => boxNow().text,
    get looks() {
      return looks;
    },
    ask() {
      activity = 'dialog';
      show({ activity });
    },
    flickers() {
      flickers = true;
    },
    answer() {
      activity = 'idle';
      show({ activity });
    },
    shows: (now) => show({ activity: now }),
    scrawls() {
      drawsUnknown = true;
    },
    pause() {
      paused = true;
      desk.follow({ type: 'tick', at: 0 }, paused);
    },
    end() {
      running = null;
      keys.detach();
    },
    follow: (event) => desk.follow(event, paused),
    personPresses: (typed) => keys.read(Buffer.from(typed)),
    personTypes(typed) {
      keys.read(Buffer.from(typed));
      observers.settle();
    },
  };
  return agent;
}
