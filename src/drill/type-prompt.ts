/** A person at the agent's input box: types, sees what was typed, presses Enter. */
import { setTimeout as pause } from 'node:timers/promises';
import type { OuterTerminal } from './outer-terminal.ts';

/** In one burst text and Enter would be a paste (1.0.56). */
const betweenWritesMs = 150;
/** A box that is drawn may not listen yet, in 1.0.56 for seconds (lab notes §0b). */
const echoMs = 3_000;
const clearBox = '\x15';

/** In the box, behind its prompt sign: an agent that does not listen yet lets the kernel echo keys anywhere. */
function inBox(prompt: string): RegExp {
  const [line = ''] = prompt.split('\n');
  const begin = line.slice(0, 30).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^(│\\s)?[❯>›]\\s?${begin}`, 'm');
}

/** @throws when the prompt does not come up in the box, or the agent has ended. */
export async function typePrompt(terminal: OuterTerminal, prompt: string): Promise<void> {
  terminal.write(prompt);
  const echoed = await terminal.waitFor(inBox(prompt), echoMs).then(
    () => true,
    () => false,
  );
  if (!echoed) {
    terminal.write(`${clearBox}${prompt}`);
    await terminal.waitFor(inBox(prompt));
  }
  await pause(betweenWritesMs);
  terminal.write('\r');
}
