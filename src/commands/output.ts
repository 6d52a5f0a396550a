/** How commands print: JSON for programs, text for people. */
import { type TerminalStyle, terminalStyle, withoutUnicode } from '../words/terminal-style.ts';

export const style = (): TerminalStyle => terminalStyle(process.env, process.stdout);

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${style().unicode ? text : withoutUnicode(text)}\n`);
}
