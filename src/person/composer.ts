/**
 * Everything that the person has written and may still need. Each text is in one place: in the agent's input box, where
 * a nudge or a kill would lose it; in the agent's queue; put aside by the guard; or sent, and perhaps not on record
 * yet. All of this is derived from the keys and the events. Pure; kept in memory only.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { inTurn, turnActivities } from '../detect/phases.ts';
import type { Event, Millis } from '../events.ts';
import { type Key, keyOf } from '../terminal/vt/keys.ts';
import type { Token } from '../terminal/vt/tokens.ts';
import { asGivenBack, createAside, paragraphs } from './aside.ts';
import { createDraft } from './draft.ts';
import { areSentAs, type Entered, isBegun, isCompleted, type Queued, together } from './entered.ts';
import { createLastSent, type Sent } from './last-sent.ts';
import { append, behind, edit, emptyLine, isKept, type Kept, keptText, type Line, lostLine } from './line.ts';
import { createOpenPaste } from './open-paste.ts';
import { isPressed } from './paste.ts';
import { isSame, partsOf, squeezed } from './same-text.ts';
import { isCommand, isForShell, isRead, type Sign, showsFreePrompt, showsTurn, signsOf } from './signs.ts';

export interface Composer {
  /**
   * The person's keys, as they came in one read; null: some keys were missed, so the content of the box is unknown
   * until the box is seen empty. While the terminal is lent, they are not for the box.
   * @param kept the guard holds the keys back, so they are not in the agent's box
   * @param atMs wall clock, Unix milliseconds
   */
  typed(tokens: readonly Token[] | null, kept: boolean, atMs: number): void;
  /** The agent reports the prompt that it took. This precedes the resulting `turn.started`. */
  taken(prompt: Pick<SentPrompt, 'text' | 'id' | 'atMs'>): void;
  /**
   * The next agent is started with this prompt.
   * @param words the part that is the person's, word for word; null: none
   * @param atMs wall clock, Unix milliseconds
   */
  startedWith(text: string, words: string | null, atMs: number): void;
  /** The guard has typed this prompt of its own. */
  given(text: string): void;
  /** An interrupt had put this back into the box, and the guard has sent it again. @param atMs as for `startedWith` */
  givenAgain(text: string, atMs: number): void;
  /**
   * One turn of the loop.
   * @param kept as for `typed`
   */
  happened(event: Event, before: Evidence, after: Evidence, kept: boolean): void;

  /** The text in the box that has not been sent. */
  readonly inBox: string;
  /**
   * All that the box may hold; empty: there is no doubt. A question is seen to close only after it has closed, so keys
   * that were pressed meanwhile may have gone into the box. And what Enter was pressed on may still be in it, before
   * what was typed since. Only the screen can tell.
   */
  readonly mayHold: readonly string[];
  /**
   * Every key was text, a deletion or a paste, so `inBox` is exactly what the box holds. Not while an Enter is in
   * doubt.
   */
  readonly isExact: boolean;
  /** See `signs.ts`. Before that, the screen does not show what the box holds. */
  readonly isRead: boolean;
  /** The agent has drawn something since the latest key. A key that changes nothing may be followed by nothing. */
  readonly isAnswered: boolean;
  /** The person has pressed Esc since the last text was sent, so texts that were sent may stand in the box again. */
  readonly mayBeRestored: boolean;
  /** The person typed more than can be kept, so it cannot be given back. */
  readonly isLost: boolean;
  /** A paste has begun and has not ended yet, as far as the agent may know: nothing can be typed at it now. */
  readonly isPasting: boolean;
  /** The number of keys that the person has pressed, without the terminal's reports. */
  readonly keys: number;
  /** When the latest of them came: wall clock, Unix milliseconds. */
  readonly lastKeyAtMs: number;
  /** What waits in the agent's queue, in order. */
  readonly queue: readonly Queued[];
  /**
   * The queue, and the texts that Enter was pressed on and that may still be in the box: the agent may have taken them.
   */
  readonly entered: readonly Queued[];
  /**
   * What the person has had the agent stash, and what has not been seen in the box since; empty if there is nothing.
   */
  readonly stash: string;
  /** The text that was put aside; empty if there is none. */
  readonly aside: string;
  /**
   * What to give back, one paragraph each: the text that was put aside, queued messages, the stash, the draft. Empty if
   * there is nothing.
   */
  readonly unsent: string;
  /** The last prompt that was sent, until its turn is over or the person has stopped it. */
  readonly sent: SentPrompt | null;
  /** The same, and what Enter was pressed on at rest: the agent may have it. Not what the person has stopped. */
  readonly mayBeSent: readonly SentPrompt[];
  /** The text that was sent last, by person or guard. An interrupt before any output puts it back into the box. */
  readonly lastText: string | null;
  /** The text that the person sent last. */
  readonly lastByPerson: string | null;
  /** In this conversation: prompts that the agent has reported, and prompts known only from the Enter key. */
  readonly prompts: { readonly taken: number; readonly typed: number };

  /** Of all that the box may hold, it holds this. */
  settle(text: string): void;
  /** The box shows this, which is nothing that it may hold by the keys: Enter may have completed a word. */
  mistrust(shown: string): void;
  /**
   * The box holds this text, whatever the keys said. What was sent or queued and is in it has come back.
   * @param isRestored all that Esc has put back is in it, so only another Esc can put more there
   */
  correct(text: string, isRestored?: boolean): void;
  /** The guard is about to empty the box; its text is kept until `restored`. */
  putAside(): void;
  /**
   * The agent will not get the keys that the guard holds back: the text that they added is put aside.
   * @param given those that it has got before
   * @param dropped the others
   */
  putKeptAside(given: readonly Token[], dropped: readonly Token[]): void;
  /**
   * The keys that the guard holds back are added to the text that was put aside, and must not reach the agent. False:
   * they are more than text and deletions, so nothing has changed. Only while the box is empty.
   */
  joinKept(): boolean;
  /**
   * An interrupt had put this back into the box, and the guard is about to empty the box. It goes in front of what was
   * put aside.
   */
  takeBack(text: string): void;
  /** The same, but it stays in the box: it stands before what the person has typed since. */
  stands(text: string): void;
  /** This text is the person's, too. It goes in front of what was put aside. */
  addAside(text: string): void;
  /** The agent that had the text is gone: everything to be given back is kept until `restored`. */
  rescue(): void;
  /** The text that was put aside has been seen in the box again. It stands before what the person has typed since. */
  restored(): void;
  /**
   * The agent has this text, or gets it in another way. One copy of it leaves the queue or the box; a queue that was
   * sent as one text leaves as a whole.
   */
  remove(prompt: string): void;
  /** Hands over the last prompt that was sent, once, unless it is settled. The caller is now responsible for it. */
  takeSent(): Sent | null;
}

/** Keys that change nothing of what is in the box already. Enter and what stops a turn are judged by themselves. */
const addsText: readonly Key[] = ['text', 'paste', 'newline', 'enter', 'escape', 'interrupt'];

/** What these keys write, sent or not, into an empty box. */
function textOf(tokens: readonly Token[]): string {
  const composer = createComposer();
  for (const token of tokens) composer.typed([token], true, 0);
  return composer.unsent;
}

export function createComposer(): Composer {
  const draft = createDraft();
  let entered: readonly Entered[] = [];
  let queued: (Queued & Kept)[] = [];
  let stash = emptyLine;
  /**
   * A prompt was sent since, so the agent has put the stash back into the box. Nobody knows whether a command does it.
   */
  let isStashBack = false;
  const aside = createAside();
  const last = createLastSent();
  let lastText: string | null = null;
  let mayBeRestored = false;
  let escapedAtMs = Number.NEGATIVE_INFINITY;
  let keys = 0;
  let heldAt: Millis | null = null;
  let lastKeyAtMs = 0;
  let decoder = new TextDecoder();
  const paste = createOpenPaste(draft, aside);
  /** After the latest event; null before the first. */
  let latest: Evidence | null = null;
  let reportsPrompts = false;
  /** The last agent is gone, and what it was sent has been handed over. */
  let isHandedOver = false;

  const box = (): Line => ({
    ...draft.line,
    text: together([...entered, draft.line]),
    lost: [...entered, draft.line].some(({ lost }) => lost),
  });
  const isExact = () => entered.length === 0 && draft.isExact;
  const queue = () => [...queued, ...entered.filter(({ isQueued }) => isQueued)];
  const written = () => [...queued, stash, ...entered, draft.line];
  const unsent = () => asGivenBack(aside.edited, written(), [...entered, draft.line].some(isKept));
  /** With what was entered before each of them, or without. */
  const mayHold = () => {
    const lines = draft.mayHold.length === 0 ? [draft.line] : draft.mayHold;
    if (entered.length === 0) return draft.mayHold.map(({ text }) => text);
    const alone = lines.map(({ text }) => text).filter((text) => text !== ''); // an empty box is a sign of its own
    return [...alone, ...lines.map((line) => together([...entered, line]))];
  };

  const seesTurn = () => latest?.screen != null && turnActivities.includes(latest.screen.facts.activity);
  const latestAtRest = () => entered.findLastIndex(({ isQueued }) => !isQueued);

  /**
   * The texts on which Enter was pressed have left the box. If Enter was pressed more than once, it is not certain
   * which words each of them has sent: then they count as waiting, and come back unless they are on record.
   */
  function leaveBox(): void {
    const [first, ...more] = entered;
    if (first === undefined) return;
    const isCertain = (one: Entered) => one.exact && one.isAlone;
    // An Enter that is held back also sends the text that is given back before it.
    const isMore = (one: Entered) => one.text !== '' || (isKept(one) && aside.text !== '');
    // Where Enter was pressed at rest, nothing waited any more.
    const waits = (one: Entered, at: number) => (one.isQueued ? at > latestAtRest() : isCertain(one));
    // Keys that wrote nothing have begun no turn.
    const isAlone = more.length === 0 && !first.isEdited;
    const isOnly = isAlone || (seesTurn() && !more.some(isMore) && draft.line.text === '');
    if (first.isQueued || !isOnly) queued.push(...entered.filter((one, at) => waits(one, at) && isMore(one)));
    else if (isCertain(first) && first.text !== '') {
      last.typed(first.text, first.atMs);
      isStashBack ||= !isCommand(first.text) && !isForShell(first.text);
      if (first.isStopped) last.stopped();
    }
    entered = [];
  }
  /** An interrupt has put them back into the box, before anybody has seen them leave it. */
  function putBack(): void {
    const { text, lost } = box();
    const isAlone = entered.length === 1 && draft.line.text === '';
    const exact = isAlone && entered.every((one) => one.exact);
    entered = [];
    draft.become({ ...emptyLine, text, lost, exact });
  }
  function clearBox(): void {
    draft.become(emptyLine);
    entered = [];
  }
  /** The content of the box has been put aside, and the agent will not get the rest of an open paste either. */
  function putBoxAway(): void {
    if (box().lost) aside.lose();
    paste.divert(box().lost);
    clearBox();
  }
  /** @returns whether the prompt is made of them */
  function remove(prompt: string): boolean {
    if (isSame(aside.text, prompt)) aside.become('');
    if (isSame(stash.text, prompt)) stash = emptyLine;
    const parts = partsOf(prompt, lastText, [...queued, ...entered]);
    queued = queued.filter((one) => !parts.has(one));
    const areAll = parts.size === 0 && areSentAs(prompt, entered);
    entered = areAll ? [] : entered.filter((one) => !parts.has(one));
    return areAll || parts.size > 0;
  }
  /**
   * The agent has taken a prompt in other words than anybody has typed: a name was completed, or a file became an
   * image. It is what Enter was pressed on at rest, unless that was seen to stay in the box.
   */
  function removeReworded(prompt: string): void {
    const at = entered.findIndex(({ isQueued }) => !isQueued);
    const first = entered[at];
    if (first === undefined || last.knows(prompt)) return;
    if (first.exact || isBegun(prompt, first.text)) entered = entered.toSpliced(at, 1);
  }
  /** @param inBox what else it may be made of */
  function cameBack(text: string, ...inBox: readonly Line[]): void {
    const { prompt } = last;
    const had = entered.filter((one) => !isKept(one));
    const parts = partsOf(text, lastText, [...(prompt ? [prompt] : []), ...queued, ...had, ...inBox]);
    queued = queued.filter((one) => !parts.has(one));
    entered = entered.filter((one) => !parts.has(one));
    if (prompt !== null && parts.has(prompt)) last.over();
  }
  /** It stands in the box, before what was typed since. */
  function putInFront(first: string): void {
    const [inQueue, inEntered] = [queued.findIndex(isKept), entered.findIndex(isKept)];
    if (inQueue >= 0) queued = queued.with(inQueue, behind(queued[inQueue] as Queued & Kept, first));
    else if (inEntered >= 0) entered = entered.with(inEntered, behind(entered[inEntered] as Entered, first));
    else draft.change((one) => behind(one, first));
  }
  function gave(text: string): void {
    lastText = text;
    mayBeRestored = false;
  }

  /** The agent gets the keys that the guard held back. */
  function release(): void {
    aside.released();
    if (isKept(draft.line)) draft.change((one) => ({ ...one, agentHas: null }));
    const got = <Text extends Queued & Kept>(one: Text): Text =>
      isKept(one) ? { ...one, agentHas: null, follows: lastText } : one;
    if (entered.some(isKept)) entered = entered.map(got);
    if (queued.some(isKept)) queued = queued.map(got);
  }

  function enter(isQueued: boolean, isAlone: boolean, atMs: number): void {
    // After a backslash, Enter is a line break.
    const { line, isExact: exact } = draft;
    if (line.text.endsWith('\\')) {
      draft.change((one) => append({ ...one, text: one.text.slice(0, -1) }, '\n'));
      return;
    }
    const { text } = line;
    // Blank text stays in the box. While the guard has a text to give back, that stands before it.
    if (exact && text.trim() === '' && aside.text === '' && entered.length === 0) return;
    const isShown = latest?.screen?.facts.draft === true && !isKept(line);
    entered = [
      ...entered,
      {
        ...line,
        exact,
        isQueued,
        isAlone,
        isShown,
        isEdited: false,
        isStopped: false,
        atMs,
        follows: lastText,
      },
    ];
    draft.become(emptyLine);
    // Even if it is not exact or not sent: it is only looked for on the screen.
    if (!isQueued && text !== '') gave(text);
  }

  /** An empty box gets the stash back; a stash that is replaced is lost. */
  function swapStash(): void {
    const { line } = draft;
    draft.become({ ...(line.text === '' ? stash : emptyLine), exact: false }); // an agent may know of no stash
    stash = line.text === '' ? emptyLine : line;
    isStashBack = false;
  }

  /** Keys that go elsewhere. */
  function count(tokens: readonly Token[], atMs: number): void {
    const pressed = tokens.filter((token) => keyOf(token) !== 'report').length;
    keys += pressed;
    if (pressed > 0) lastKeyAtMs = atMs;
  }

  /** @param isAsked a question was on the screen when it was last read */
  function follow(tokens: readonly Token[], kept: boolean, isAsked: boolean, atMs: number): void {
    const apply = isAsked ? draft.doubt : draft.change;
    if (!isAsked) draft.questionOver();
    // A text that is sent now waits in the agent's queue, or with the guard.
    const isQueued = kept || (latest !== null && inTurn(latest.phase));
    const typed = tokens.filter((token) => keyOf(token) !== 'report');
    // A key on its own: the person has gone on. More at once is the rest of the paste.
    if (paste.isCutOff && isPressed(typed)) paste.end();
    for (const token of typed) {
      keys++;
      lastKeyAtMs = atMs;
      if (kept && draft.line.agentHas === null) draft.change((one) => ({ ...one, agentHas: one.text }));
      if (token.type !== 'text') decoder = new TextDecoder();
      const key = keyOf(token);
      if (!isAsked && !addsText.includes(key)) entered = entered.map((one) => ({ ...one, isEdited: true }));
      if (key === 'escape') {
        mayBeRestored = true;
        escapedAtMs = atMs;
      }
      if (paste.isCutOff && token.type === 'text') paste.append(token.bytes, apply);
      else if (paste.isCutOff && token.type === 'control') paste.append(Uint8Array.of(token.byte), apply);
      else if (token.type === 'text') {
        const text = decoder.decode(token.bytes, { stream: true });
        apply((one) => append(one, text));
      } else if (key === 'paste') paste.read(token, apply);
      else if (key === 'enter' && isAsked) draft.questionTook();
      else if (key === 'enter') enter(isQueued, typed.length === 1, atMs);
      else if (key === 'stash' && !kept && !isAsked && entered.length === 0) swapStash();
      else if (!kept || box().text !== '' || !aside.deletes(key)) apply((one) => edit(one, key));
    }
  }

  const handle: { readonly [Each in Sign]: () => void } = {
    'other-conversation': last.otherConversation,
    'queue-sent'() {
      queued = [];
    },
    'box-empty'() {
      if (paste.isOpen) return; // the agent has not drawn it yet
      leaveBox();
      draft.become(emptyLine);
    },
    'box-emptied'() {
      if (draft.line.text === '' && entered.every(({ isShown }) => isShown)) leaveBox();
    },
    'prompt-free'() {
      handle['box-empty']();
      queued = [];
      if (isStashBack) stash = emptyLine;
      last.promptFree();
    },
    'turn-over'() {
      last.over();
      // The box may not have been seen empty yet. What was entered before has left it, too.
      entered = entered.slice(latestAtRest() + 1);
    },
    stopped() {
      last.stopped();
      // What is queued has no turn yet.
      entered = entered.map((one) => ({ ...one, isStopped: one.isStopped || !one.isQueued }));
    },
    obeyed: last.obeyed,
    'question-stands': draft.questionTook,
  };

  return {
    typed(tokens, kept, atMs) {
      if (!kept) release();
      // Keys for a question do not go into the box. Keys that the guard holds back are followed all the same.
      if (tokens === null) draft.become(lostLine);
      else if (!kept && latest?.terminal.lentSince != null) count(tokens, atMs);
      else follow(tokens, kept, !kept && latest?.screen?.facts.activity === 'dialog', atMs);
    },
    taken(prompt) {
      reportsPrompts = true;
      // A hook may outlive its agent, and an interrupt may be quicker than the hook: the text is not with the agent.
      if (isHandedOver || (entered.length === 0 && isSame(draft.line.text, prompt.text))) return;
      // Some agents report a message as soon as it enters their queue (2.1.329): it has not left the queue.
      const isInQueue = queue().some(({ text }) => isSame(text, prompt.text));
      if (isInQueue && latest?.turn.told?.working) return;
      const before = entered;
      const waited: readonly Queued[] = [...queued, ...entered];
      if (!remove(prompt.text)) removeReworded(prompt.text);
      const isStopped = before.some((one) => one.isStopped && !entered.includes(one));
      const latestTaken = before.findLastIndex((one) => !entered.includes(one));
      isStashBack ||= latestTaken >= 0;
      // A turn runs now: what was entered after this one waits.
      const waits = latestTaken < 0 ? [] : before.slice(latestTaken + 1);
      entered = entered.map((one) =>
        waits.includes(one) ? { ...one, isQueued: true, isStopped: false } : one,
      );
      const wasRestorable = mayBeRestored;
      gave(prompt.text);
      last.taken(prompt);
      if (isStopped) last.stopped();
      // What seemed to wait may have begun a turn, so an Esc that followed Enter may have been for this one.
      const wait = new Set<Queued>([...queued, ...entered]);
      const isEscaped = waited.some((one) => one.atMs <= escapedAtMs && !wait.has(one));
      mayBeRestored = wasRestorable && (isEscaped || last.prompt?.isStopped === true);
    },
    startedWith(text, words, atMs) {
      gave(text);
      last.given(text, words, atMs);
    },
    given(text) {
      gave(text);
      last.nudgedWith(text);
    },
    givenAgain(text, atMs) {
      remove(text);
      gave(text);
      last.givenAgain(text, atMs);
    },
    happened(event, before, after, kept) {
      latest = after;
      if (kept) heldAt = after.now;
      else release();
      if (event.type === 'agent.started') {
        reportsPrompts = isHandedOver = false;
        last.agentStarted();
      }
      if (event.type === 'terminal.lent') draft.makeInexact(); // an editor may replace the text in the box
      const { prompt: sent, isSeenAtWork } = last;
      const isShellEntered = entered.some((one) => !one.isQueued && isForShell(one.text));
      const known = { sent, isSeenAtWork, isShellEntered, reportsPrompts, heldAt };
      for (const sign of signsOf(event, before, after, known)) handle[sign]();
      if (event.type === 'screen' && event.facts.activity !== 'dialog') draft.questionOver();
      if (showsTurn(event)) last.turnShown();
      if (showsFreePrompt(event)) last.freePromptShown();
    },
    get inBox() {
      return box().text;
    },
    get mayHold() {
      return mayHold();
    },
    get isExact() {
      return isExact();
    },
    get isRead() {
      return latest === null || isRead(latest);
    },
    get isAnswered() {
      return latest === null || latest.terminal.unansweredKeyAt === null;
    },
    get mayBeRestored() {
      return mayBeRestored;
    },
    get isLost() {
      return aside.isLost || box().lost;
    },
    get isPasting() {
      return paste.isOpen;
    },
    get keys() {
      return keys;
    },
    get lastKeyAtMs() {
      return lastKeyAtMs;
    },
    get queue() {
      return queue();
    },
    get entered() {
      return [...queued, ...entered];
    },
    get stash() {
      return stash.text;
    },
    get aside() {
      return aside.text;
    },
    get unsent() {
      return unsent();
    },
    get sent() {
      return last.prompt?.isStopped ? null : last.prompt;
    },
    get mayBeSent() {
      const atRest = entered.filter((one) => !one.isQueued && !one.isStopped && one.text !== '');
      const typed = atRest.map(({ text, atMs }) => ({ text, id: null, taken: false, atMs }));
      return last.prompt === null || last.prompt.isStopped ? typed : [last.prompt, ...typed];
    },
    get lastText() {
      return lastText;
    },
    get lastByPerson() {
      return last.byPerson;
    },
    get prompts() {
      return last.prompts;
    },
    settle(text) {
      const lines = draft.mayHold.length === 0 ? [draft.line] : draft.mayHold;
      const held = lines.find((line) => line.text === text);
      if (held !== undefined) leaveBox();
      const whole = held ?? lines.find((line) => together([...entered, line]) === text);
      if (whole === undefined) return;
      draft.settle(whole.text);
      if (entered.some(({ isStopped }) => isStopped) && latest?.terminal.unansweredKeyAt === null) putBack();
    },
    mistrust(shown) {
      if (!isCompleted(shown, together(entered))) return;
      entered = entered.map((one) => ({ ...one, exact: false }));
      draft.makeInexact();
    },
    correct(text, isRestored = false) {
      if (isRestored) mayBeRestored = false;
      const isStash = stash.text !== '' && squeezed(text).startsWith(squeezed(stash.text));
      if (isStash) stash = emptyLine;
      if (isStash || !isCompleted(text, together(entered))) leaveBox();
      cameBack(text, box());
      clearBox();
      draft.become(append(emptyLine, text));
    },
    putAside() {
      aside.grow(paragraphs([aside.text, box().text]));
      clearBox();
    },
    putKeptAside(given, dropped) {
      const kept = written().filter(isKept);
      const texts = given.length === 0 ? kept.map(keptText) : [textOf(dropped)];
      aside.become(paragraphs([aside.edited, ...texts]));
      if (kept.length === 0) return;
      queued = queued.filter((one) => !isKept(one));
      const { isExact: exact } = draft;
      putBoxAway();
      draft.become({ ...emptyLine, text: kept[0]?.agentHas ?? '', exact });
      for (const token of given) follow([token], false, false, lastKeyAtMs);
    },
    takeBack(text) {
      cameBack(text);
      aside.grow(paragraphs([text, aside.text]));
    },
    stands(text) {
      cameBack(text);
      putInFront(text);
    },
    addAside(first) {
      aside.grow(paragraphs([first, aside.text]));
    },
    rescue() {
      aside.become(unsent());
      putBoxAway();
      queued = [];
      stash = emptyLine;
    },
    joinKept() {
      if (entered.length > 0 || queued.some(isKept) || !draft.isExact || paste.isOpen) return false;
      aside.become(aside.edited + draft.line.text);
      clearBox();
      return true;
    },
    restored() {
      putInFront(aside.edited);
      aside.clear();
    },
    remove(prompt) {
      remove(prompt);
    },
    takeSent() {
      isHandedOver = true;
      const prompt = last.handOver();
      // What was entered before it has left the box.
      const upTo = entered.findLastIndex((one) => !one.isQueued && one.atMs <= (prompt?.atMs ?? 0));
      if (prompt !== null) entered = entered.slice(upTo + 1);
      return prompt;
    },
  };
}
