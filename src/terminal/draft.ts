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
  /** What to give back: queued messages and the draft, one paragraph each; empty when there is nothing. */
  text(): string;
  /** Somebody else has emptied the box (and holds its text). */
  forget(): void;
  /** Every key was text, a deletion or a paste, so `text` is exactly what the box holds. */
  readonly exact: boolean;
}

/** A draft is typed by hand; more than this is not one. */
const mostBytes = 65_536;

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
/** Sequences that no person types: mouse, focus, answers of the terminal. */
const reports = /\x1b\[(?:<[\d;]*[mM]|[IO]|\?[\d;]*[a-zA-Z$]+|[\d;]+R)|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)/g;

export function createDraft(): Draft {
  let typed = '';
  let queued: string[] = [];
  let intoQueue = false;
  const decoder = new TextDecoder();
  /** What was typed has left the box. */
  function take(): void {
    const { text, sent } = edit(typed);
    if (sent && intoQueue && text !== '') queued.push(text);
    typed = '';
  }
  return {
    feed(bytes, working) {
      const keys = decoder.decode(bytes, { stream: true });
      // Who types on after Enter has sent what was there, even if the box was never seen empty in between.
      const pasting = (typed + keys).includes(pasteStart);
      for (const part of pasting ? [keys] : keys.split(/(?<=\r)/)) {
        if (edit(typed).sent && part.replace(reports, '') !== '') take();
        if (part.includes('\r')) intoQueue = working;
        typed = (typed + part).slice(-mostBytes);
      }
    },
    boxIsEmpty: take,
    forget() {
      typed = '';
      queued = [];
    },
    queueIsSent() {
      queued = [];
    },
    text: () => [...queued, edit(typed).text].filter((part) => part !== '').join('\n\n'),
    get exact() {
      return edit(typed).exact;
    },
  };
}

/** The keys as a line editor would take them. */
function edit(keys: string): { text: string; sent: boolean; exact: boolean } {
  let rest = keys.replace(reports, '');
  let text = '';
  let exact = true;
  let sent = false;
  while (rest !== '') {
    if (rest.startsWith(pasteStart)) {
      const end = rest.indexOf(pasteEnd);
      text += rest.slice(pasteStart.length, end < 0 ? undefined : end).replace(/\r\n?/g, '\n');
      rest = end < 0 ? '' : rest.slice(end + pasteEnd.length);
      continue;
    }
    const key = firstKey(rest);
    rest = rest.slice(key.length);
    if (key === '\r') {
      // A backslash before Enter is a line break; a plain Enter sends, and should be the last key.
      if (text.endsWith('\\')) text = `${text.slice(0, -1)}\n`;
      else sent = true;
    } else if (key === '\n' || key === '\x1b\r') text += '\n';
    else if (key === '\x7f' || key === '\b') text = [...text].slice(0, -1).join('');
    else if (key === '\x15') text = '';
    else if (key === '\x17') text = text.replace(/\S+\s*$/, '');
    else if (/^[\x00-\x1f\x1b]/.test(key)) exact = false;
    else text += key;
  }
  return { text: text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''), sent, exact };
}

/** One character, or one escape sequence. */
function firstKey(keys: string): string {
  return /^(?:\x1b\[[\d;:?]*[a-zA-Z~]|\x1bO.|\x1b.|.)/su.exec(keys)?.[0] ?? keys.slice(0, 1);
}
