/**
 * The text of an agent's input box. A long paste is drawn as a stand-in and deleted as one character. What is typed
 * goes to the end.
 */
interface Part {
  readonly text: string;
  /** How it is drawn; null: as it is. */
  readonly standIn: string | null;
}

/** From so many lines on, 2.1.329 draws a stand-in. */
const standInLines = 4;

export function createBox() {
  let parts: Part[] = [];
  let pastes = 0;
  const plain = (text: string): Part => ({ text, standIn: null });
  const add = (part: Part): void => {
    const last = parts.at(-1);
    if (part.standIn === null && last !== undefined && last.standIn === null)
      parts[parts.length - 1] = plain(last.text + part.text);
    else parts.push(part);
  };
  /** @returns the stand-in's text, if one was deleted as a whole */
  const cut = (from: (text: string) => number): string => {
    const last = parts.pop();
    if (last === undefined) return '';
    if (last.standIn !== null) return last.text;
    const text = last.text.slice(0, from(last.text));
    if (text !== '') parts.push(plain(text));
    return '';
  };
  return {
    text: () => parts.map(({ text }) => text).join(''),
    drawn: () => parts.map(({ text, standIn }) => standIn ?? text).join(''),
    type: (text: string) => add(plain(text)),
    paste(text: string) {
      const lines = text.split('\n').length;
      if (lines < standInLines) add(plain(text));
      else add({ text, standIn: `[Pasted text #${++pastes} +${lines - 1} lines]` });
    },
    backspace: () => cut((text) => text.length - 1),
    /** Back to the beginning of the row. */
    clearRow: () => cut((text) => text.lastIndexOf('\n') + 1),
    empty() {
      parts = [];
    },
  };
}
