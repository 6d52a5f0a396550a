/**
 * What the person has typed and not sent: the agent keeps it in its own input box, where a nudge or a kill would lose
 * it. Followed from the keys since the box was last seen empty. Pure; lives in memory only.
 */

export interface Draft {
  /** The person's bytes, in order. `working`: a turn runs, so what is sent now waits in the agent's queue. */
  feed(bytes: Uint8Array, working: boolean): void;
  /** The screen shows an empty box: what was typed has been sent or deleted. */
  boxIsEmpty(): void;
  /** The agent took a message: what was queued has been sent. */
  queueIsSent(): void;
  /** What was typed into the box and not sent. */
  inBox(): string;
  /** What to give back: queued messages and the draft, one paragraph each; empty when there is nothing. */
  text(): string;
  /** The box holds this, whatever the keys said. */
  correct(text: string): void;
  /** The box is about to be emptied by us: what it holds is kept until `returned`. */
  putAside(): void;
  /** The last text that was sent to an agent at rest has been dealt with. */
  sentIsSettled(): void;
  /** This text is given to the agent by other means, also where it looked as if it were for the queue. */
  isTaken(prompt: string): void;
  /** This was the person's, too, and comes first. */
  addAside(text: string): void;
  /** All that is to be given back is kept until `returned`: the agent that had it is gone. */
  rescue(): void;
  /** What was put aside; empty when there is nothing. */
  aside(): string;
  /** What was put aside is in the box again, in front of what was typed meanwhile. */
  returned(): void;
  /** Every key was text, a deletion or a paste, so `inBox` is exactly what the box holds. */
  readonly exact: boolean;
  /** Grows with the person's keys; reports of the terminal are none. */
  readonly keys: number;
}

/** A draft is typed by hand; more than this is not one. */
const mostBytes = 65_536;

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
/** Sequences that no person types: mouse, focus, answers of the terminal. */
const reports = /\x1b\[(?:<[\d;]*[mM]|[IO]|\?[\d;]*[a-zA-Z$]+|[\d;]+R)|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** @param onSent Enter was pressed on this, and no turn ran; only where its very words are known */
export function createDraft(onSent: (text: string) => void = () => {}): Draft {
  let typed = '';
  let queued: string[] = [];
  let aside = '';
  let keys = 0;
  let intoQueue = false;
  const decoder = new TextDecoder();

  /** What was sent has left the box; what was typed after it is in there. */
  function take({ text, sent, rest }: Edited): void {
    if (sent && intoQueue && text !== '') queued.push(text);
    typed = rest;
  }
  function text(): string {
    return paragraphs([aside, ...queued, edit(typed).text]);
  }

  return {
    feed(bytes, working) {
      const fresh = decoder.decode(bytes, { stream: true });
      const isKey = fresh.replace(reports, '') !== '';
      if (isKey) keys++;
      // Who types on after Enter has sent what was there, even if the box was never seen empty in between.
      const before = edit(typed);
      if (before.sent && isKey) take(before);
      if (fresh.includes('\r')) intoQueue = working;
      typed = (typed + fresh).slice(-mostBytes);
      let now = edit(typed);
      for (; now.sent && now.rest !== ''; now = edit(typed)) take(now);
      if (now.sent && now.exact && now.text !== '' && isKey && !intoQueue) onSent(now.text);
    },
    boxIsEmpty: () => take({ ...edit(typed), rest: '' }),
    queueIsSent() {
      queued = [];
    },
    inBox: () => edit(typed).text,
    text,
    correct(shown) {
      typed = paste(shown);
    },
    putAside() {
      aside = paragraphs([aside, edit(typed).text]);
      typed = '';
    },
    sentIsSettled() {
      if (edit(typed).sent && !intoQueue) typed = '';
    },
    isTaken(prompt) {
      const isIt = (each: string) => each.trim() === prompt.trim();
      const last = edit(typed);
      if (last.sent && isIt(last.text)) typed = '';
      const at = queued.findIndex(isIt);
      if (at >= 0) queued.splice(at, 1);
    },
    addAside(first) {
      aside = paragraphs([first, aside]);
    },
    rescue() {
      aside = text();
      typed = '';
      queued = [];
    },
    aside: () => aside,
    returned() {
      typed = paste(aside) + typed;
      aside = '';
    },
    get exact() {
      return edit(typed).exact;
    },
    get keys() {
      return keys;
    },
  };
}

const paragraphs = (parts: readonly string[]) => parts.filter((part) => part !== '').join('\n\n');
const paste = (text: string) => (text === '' ? '' : `${pasteStart}${text}${pasteEnd}`);

interface Edited {
  readonly text: string;
  /** Enter was pressed; `rest` is what was typed after it. */
  readonly sent: boolean;
  readonly rest: string;
  readonly exact: boolean;
}

/** The keys as a line editor would take them, up to the one that sends. */
function edit(keys: string): Edited {
  let rest = keys.replace(reports, '');
  let text = '';
  let exact = true;
  let sent = false;
  while (rest !== '' && !sent) {
    if (rest.startsWith(pasteStart)) {
      const end = rest.indexOf(pasteEnd);
      text += rest.slice(pasteStart.length, end < 0 ? undefined : end).replace(/\r\n?/g, '\n');
      rest = end < 0 ? '' : rest.slice(end + pasteEnd.length);
      continue;
    }
    const key = firstKey(rest);
    rest = rest.slice(key.length);
    if (key === '\r') {
      // A backslash before Enter is a line break.
      if (text.endsWith('\\')) text = `${text.slice(0, -1)}\n`;
      else sent = true;
    } else if (key === '\n' || key === '\x1b\r') text += '\n';
    else if (key === '\x7f' || key === '\b') text = text.slice(0, -lastCharacter(text).length || undefined);
    else if (key === '\x15') {
      // To the beginning of the row; how far that is in a text of several is the agent's secret.
      exact &&= !text.includes('\n');
      text = text.slice(0, text.lastIndexOf('\n') + 1);
    } else if (key === '\x17') text = text.replace(/\S+\s*$/, '');
    else if (/^[\x00-\x1f\x1b]/.test(key)) exact = false;
    else text += key;
  }
  return { text: text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''), sent, rest, exact };
}

const characters = new Intl.Segmenter();
/** As a person sees them: an emoji may be several code points. */
const longestCharacter = 64;

function lastCharacter(text: string): string {
  return [...characters.segment(text.slice(-longestCharacter))].at(-1)?.segment ?? '';
}

/** One character, or one escape sequence. */
function firstKey(keys: string): string {
  return /^(?:\x1b\[[\d;:?]*[a-zA-Z~]|\x1bO.|\x1b.|.)/su.exec(keys)?.[0] ?? keys.slice(0, 1);
}
