/** The person of an episode, at the agent's input box: they look before they press Enter, and say what is missing. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OuterTerminal } from '../../../src/drill/outer-terminal.ts';
import type { Happening } from './world-log.ts';

/** In one burst text and Enter would be a paste (1.0.56). */
const betweenWritesMs = 150;
/** A relaunch may be under way: keys wait for the next agent. */
const echoMs = 20_000;
/** A box that is drawn may not listen yet, at the start of 1.0.x for seconds. */
const firstEchoMs = 10_000;
/** An agent that was killed is back by then, on a busy machine, too, with what was typed meanwhile. */
const relaunchedMs = 40_000;
const clearBox = '\x15';
const backspace = '\x7f';
/** Keys of somebody who keeps one down. */
const betweenKeysMs = 30;

const sign = /^(?:│?\s)?[❯>›](?:\s|$)/;

/** What stands in the input box: the lowest row with a prompt sign, and what follows below it. */
export function boxText(rows: readonly string[]): string {
  const at = rows.findLastIndex((row) => sign.test(row));
  if (at < 0) return '';
  const below = rows.slice(at + 1, at + 6);
  const border = below.findIndex((row) => /^[─╰╭]/.test(row));
  if (border < 0) return ''; // a prompt in the history, and no box has been drawn
  return [rows[at]?.replace(sign, '') ?? '', ...below.slice(0, border)]
    .map((row) => row.replace(/^│|│$/g, '').trim())
    .join(' ')
    .trim();
}

export const asksPermission = (text: string): boolean => text.includes('Do you want to proceed?');

const promptText = (tag: string) => `Task ${tag}: please do your part and say so.`;
const pastedText = (tag: string) => `Task ${tag}: this is pasted,\nin two lines.`;
const draftText = (tag: string) => `Thought ${tag} that is`;
const draftRest = ' now complete.';

export interface Person {
  /** Types (or pastes) a prompt, looks at the box, presses Enter. */
  send(tag: string, how?: 'typed' | 'pasted'): Promise<void>;
  draft(tag: string): Promise<void>;
  /** Looks whether the draft is (still) in the box. */
  findDraft(tag: string): Promise<void>;
  /** The prompt was given back, unsent: sends it alone, and then goes on with the draft behind it. Null: there is none. */
  sendAgain(draft: string | null): Promise<void>;
  /** Completes the draft and sends it as the prompt of `tag`. */
  sendDraft(draft: string, tag: string): Promise<void>;
  /** Esc, and then an empty box. */
  escape(): Promise<void>;
  press(keys: string): void;
}

export function personAt(terminal: OuterTerminal, note: (happening: Happening) => void): Person {
  let listened = false;
  const inBox = () => boxText(terminal.rows());
  const comesUp = async (what: string, withinMs: number) => {
    for (const until = Date.now() + withinMs; ; await sleep(50)) {
      if (inBox().includes(what)) return true;
      if (Date.now() > until) return false;
    }
  };
  /** What was sent is out of the box: an agent that has not read Enter yet would take both for one paste. */
  const leavesBox = async () => {
    for (const until = Date.now() + echoMs; /^Task |Task \w+\.$/.test(inBox()) && Date.now() < until; )
      await sleep(50);
  };
  const enter = async () => {
    await sleep(betweenWritesMs);
    terminal.write('\r');
  };
  /** @param head by which it is known in the box */
  const type = async (text: string, head: string, tag: string) => {
    terminal.write(text);
    if (await comesUp(head, listened ? relaunchedMs : firstEchoMs)) {
      listened = true;
      return;
    }
    if (listened) note({ type: 'keys.lost', tag, box: inBox() });
    terminal.write(clearBox);
    await sleep(betweenWritesMs);
    terminal.write(text);
    if (!(await comesUp(head, echoMs)))
      throw new Error(`the box does not take "${head}":\n${terminal.text()}`);
    listened = true;
  };
  return {
    async send(tag, how = 'typed') {
      const pasted = how === 'pasted' && listened;
      if (pasted) {
        terminal.write(`\x1b[200~${pastedText(tag)}\x1b[201~`);
        if (!(await comesUp(tag, echoMs)) && !inBox().includes('[Pasted text'))
          note({ type: 'keys.lost', tag, box: inBox() });
      } else await type(promptText(tag), `Task ${tag}`, tag);
      await enter();
      note({ type: 'sent', tag, text: pasted ? pastedText(tag) : promptText(tag) });
    },
    async draft(tag) {
      await leavesBox();
      await type(draftText(tag), draftText(tag), tag);
      note({ type: 'draft.typed', tag });
    },
    async findDraft(tag) {
      const there = await comesUp(draftText(tag), echoMs);
      note(there ? { type: 'draft.kept', tag } : { type: 'keys.lost', tag, box: inBox() });
    },
    async sendAgain(draft) {
      if (draft === null || !inBox().endsWith(draftText(draft))) return enter();
      for (let left = draftText(draft).length; left > 0; left--) {
        terminal.write(backspace);
        await sleep(betweenKeysMs);
      }
      await enter();
      await leavesBox();
      await type(draftText(draft), draftText(draft), draft);
    },
    async sendDraft(draft, tag) {
      const rest = `${draftRest} Task ${tag}.`;
      terminal.write(rest);
      if (!(await comesUp(tag, echoMs))) note({ type: 'keys.lost', tag, box: inBox() });
      await enter();
      note({ type: 'sent', tag, text: `${draftText(draft)}${rest}` });
    },
    async escape() {
      terminal.write('\x1b');
      note({ type: 'escape' });
      await sleep(1_000);
      terminal.write(clearBox);
    },
    press: (keys) => terminal.write(keys),
  };
}
