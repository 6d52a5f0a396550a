/** Splits what an agent reads into keys, as its own input does: one read is one burst. */
export type Press =
  | { readonly key: 'text' | 'paste'; readonly text: string }
  | { readonly key: 'enter' | 'newline' | 'alt' | 'escape' | 'backspace' | 'clear' | 'report' };

/** ESC and what follows it in the same read are one key: Alt and that key. */
const piece =
  /\x1b\[200~([\s\S]*?)\x1b\[201~|(\x1b\[[\d;?<]*[A-Za-z~])|(\x1b\r|\n)|(\x1b\x1b?[^\x1b])|(\x1b)|(\r)|(\x7f)|(\x15)|([^\x00-\x1f\x7f]+)/g;

/** A paste whose end has not come, or the beginning of a sequence. */
const open = /\x1b\[200~(?![\s\S]*\x1b\[201~)[\s\S]*$|\x1b\[[\d;]*$|\x1b$/;

/**
 * @param isOver the rest of a sequence has not come in time, so an ESC is the Esc key
 * @returns the keys, and what is open at the end
 */
export function readKeys(
  bytes: string,
  isOver: boolean,
): { readonly presses: readonly Press[]; readonly rest: string } {
  const [begun = ''] = open.exec(bytes) ?? [];
  const rest = isOver && begun === '\x1b' ? '' : begun;
  const presses = [...bytes.slice(0, bytes.length - rest.length).matchAll(piece)].map((found): Press => {
    const [, paste, report, newline, alt, esc, enter, backspace, clear, text] = found;
    if (paste !== undefined) return { key: 'paste', text: paste.replace(/\r\n?/g, '\n') };
    if (report !== undefined) return { key: 'report' };
    if (newline !== undefined) return { key: 'newline' };
    if (alt !== undefined) return { key: 'alt' };
    if (esc !== undefined) return { key: 'escape' };
    if (enter !== undefined) return { key: 'enter' };
    if (backspace !== undefined) return { key: 'backspace' };
    if (clear !== undefined) return { key: 'clear' };
    return { key: 'text', text: text ?? '' };
  });
  return { presses, rest };
}
