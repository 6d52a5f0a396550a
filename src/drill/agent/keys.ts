/** Reads the keyboard: turns the raw bytes of the terminal into keys. */

export type Key =
  | { readonly key: 'text'; readonly text: string }
  | { readonly key: 'enter' | 'escape' | 'clear' | 'interrupt' | 'backspace' | 'suspend' }
  /** The terminal's answer to the query for program status. */
  | { readonly key: 'program-status' };

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

const controls: Readonly<Record<string, Key>> = {
  '\r': { key: 'enter' },
  '\x15': { key: 'clear' },
  '\x03': { key: 'interrupt' },
  '\x1a': { key: 'suspend' },
  '\x7f': { key: 'backspace' },
};

/** How long a lone escape byte may still be the beginning of a longer sequence. */
const escapePauseMs = 40;

/** @returns a function that takes each piece of input */
export function readKeys(press: (key: Key) => void): (piece: string) => void {
  let pending = '';
  let timer: NodeJS.Timeout | undefined;

  const drain = (final: boolean): void => {
    while (pending) {
      if (pending.startsWith(pasteStart)) {
        const end = pending.indexOf(pasteEnd);
        if (end < 0) return;
        press({ key: 'text', text: pending.slice(pasteStart.length, end).replace(/\r/g, '\n') });
        pending = pending.slice(end + pasteEnd.length);
        continue;
      }
      if (pending.startsWith('\x1b')) {
        const osc = /^\x1b\]([^\x07\x1b]*)(?:\x07|\x1b\\)/.exec(pending);
        if (osc?.[1]?.startsWith('7501')) press({ key: 'program-status' });
        const sequence = osc ?? /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])/.exec(pending);
        if (sequence) {
          pending = pending.slice(sequence[0].length);
          continue;
        }
        // A lone escape, or the beginning of a sequence that is not complete yet.
        if (!final) return;
        press({ key: 'escape' });
        pending = pending.slice(1);
        continue;
      }
      const run = /^[^\x00-\x1f\x7f]+/.exec(pending)?.[0];
      if (run) {
        // The real agent takes text and Enter in one burst for a paste, so the Enter becomes a line break.
        const burst = pending[run.length] === '\r' && pending.length > run.length ? `${run}\n` : run;
        press({ key: 'text', text: burst });
        pending = pending.slice(burst.length);
        continue;
      }
      const control = controls[pending[0] ?? ''];
      if (control) press(control);
      pending = pending.slice(1);
    }
  };

  return (piece) => {
    clearTimeout(timer);
    pending += piece;
    drain(false);
    if (pending) timer = setTimeout(() => drain(true), escapePauseMs);
  };
}
