/** Switches as people write them in a shell. Pure. */

const words: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  1: true,
  off: false,
  false: false,
  0: false,
};
export const switchWords = 'on, off, true, false, 1 or 0';

/** Null: not a switch. */
export function readSwitch(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(words, word) ? (words[word] ?? null) : null;
}

/** Whether `GUARDED_CLAUDE` switches the guard off. What it cannot mean is reported where the settings are read. */
export const isSwitchedOff = (env: Readonly<Record<string, string | undefined>>): boolean =>
  readSwitch(env.GUARDED_CLAUDE ?? '') === false;
