/** A person at the agent's input box: types, sees what was typed, presses Enter. */
import { setTimeout as pause } from 'node:timers/promises';
import type { OuterTerminal } from './outer-terminal.ts';

/** In one burst text and Enter would be a paste (1.0.56). */
const betweenWritesMs = 150;
/** A box that is drawn may not listen yet, in 1.0.56 for seconds (lab notes §0b); a busy machine draws late. */
const echoMs = 8_000;
/** What was typed for the second time may follow the first into the box. */
const lateMs = 1_000;
const maxTries = 5;
const clearBox = '\x15';

/** Their agent has taken a prompt before: it listens, and what it does not show yet is on its way. */
const listening = new WeakSet<OuterTerminal>();

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** In the box, behind its prompt sign: an agent that does not listen yet lets the kernel echo keys anywhere. */
const sign = '^(?:│\\s)?[❯>›]\\s?';

/** The box holds it, once: where it is too long for the row, its beginning. */
function holds(terminal: OuterTerminal, prompt: string): boolean {
  const [line = ''] = prompt.split('\n');
  const shown = new RegExp(`${sign}(${escaped(line.slice(0, 30))}.*)$`, 'm').exec(terminal.text())?.[1];
  const rest = shown?.replace(/│$/, '').trimEnd();
  return rest !== undefined && (line.startsWith(rest) || rest.startsWith(`${line} `));
}

/** @throws when the prompt does not come up in the box, or the agent has ended. */
export async function typePrompt(terminal: OuterTerminal, prompt: string): Promise<void> {
  const begin = new RegExp(sign + escaped((prompt.split('\n')[0] ?? '').slice(0, 30)), 'm');
  for (let tries = 1; ; tries += 1) {
    terminal.write(prompt);
    const isLast = tries === maxTries || listening.has(terminal);
    const echo = terminal.waitFor(begin, isLast ? undefined : echoMs);
    const echoed = await echo.then(
      () => true,
      (error: unknown) => {
        if (isLast) throw error;
        return false;
      },
    );
    await pause(tries === 1 ? betweenWritesMs : lateMs);
    if (echoed && (isLast || holds(terminal, prompt))) break;
    // By itself: in one burst with the text it may be no key. What was late may be in the box twice by now.
    terminal.write(clearBox);
    await pause(betweenWritesMs);
  }
  terminal.write('\r');
  listening.add(terminal);
}
