/** How an agent without a print flag is reached, by what our standard streams are. Pure. */

/** Whether a stream is a terminal. */
export interface Streams {
  readonly input: boolean;
  readonly output: boolean;
}

/**
 * Without a terminal to draw on, the agent goes into print mode by itself. With one, it reads the keys from there
 * whatever its input is, and nobody else can give it any: it has to run plainly.
 */
export function wayThrough({ input, output }: Streams): 'interactive' | 'print' | 'plain' {
  if (!output) return 'print';
  return input ? 'interactive' : 'plain';
}

export const inputIsNoTerminal =
  'standard input is not a terminal, but standard output is: the agent runs unguarded';
