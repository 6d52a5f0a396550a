/** Types like a person at the agent's input box: types the text, checks it, presses Enter. */
import { setTimeout as pause } from 'node:timers/promises';
import type { OuterTerminal } from './outer-terminal.ts';

/** Text and Enter in one burst would be a paste (1.0.56). */
const betweenWritesMs = 150;
/**
 * An agent that has drawn its box may not listen yet, 1.0.56 for seconds. A busy machine draws late.
 */
const echoMs = 8_000;
/** Text that was typed a second time may follow the first into the box. */
const lateMs = 1_000;
const maxTries = 5;
const clearBox = '\x15';

/** Terminals whose agent has taken a prompt before: it listens, and will show what it does not show yet. */
const listening = new WeakSet<OuterTerminal>();

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Text counts only in the box, after its prompt sign: while the agent does not listen yet, the kernel may echo keys
 * anywhere.
 */
const sign = '^(?:│?\\s)?[❯>›]\\s?';

/** Whether the box holds the prompt exactly once, or the beginning of a prompt that is too long for the row. */
function holds(terminal: OuterTerminal, prompt: string): boolean {
  const [line = ''] = prompt.split('\n');
  const shown = new RegExp(`${sign}(${escaped(line.slice(0, 30))}.*)$`, 'm').exec(terminal.text())?.[1];
  const rest = shown?.replace(/│$/, '').trimEnd();
  return rest !== undefined && (line.startsWith(rest) || rest.startsWith(`${line} `));
}

/** @throws if the prompt does not appear in the box, or the agent has ended */
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
    // By now, late text may be in the box twice. The key is sent separately, because in a burst with text it may not
    // count as a key.
    terminal.write(clearBox);
    await pause(betweenWritesMs);
  }
  terminal.write('\r');
  listening.add(terminal);
}
