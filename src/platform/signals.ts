/** Names and numbers of signals on this machine. */
import { constants } from 'node:os';

const numbers: Readonly<Record<string, number>> = constants.signals;
const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));

/** `SIGTERM` for 15. A signal that node has no name for (real-time signals) is called `SIG` and its number. */
export function signalName(number: number): string {
  return names.get(number) ?? `SIG${number}`;
}

/** The exit code that a shell reports for a child that this signal ended: 128 + n. */
export function signalExitCode(name: string): number {
  return 128 + (numbers[name] ?? Number(name.slice(3)));
}
