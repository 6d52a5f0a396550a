/**
 * One life of a guard that finds a conversation on disk and brings its agent back: the real start, stop, snapshot and
 * repair, in a process of its own, which may be struck. It tells what happens line by line on standard output.
 */
import { writeSync } from 'node:fs';
import { type Strike, strikeAt } from './strike.ts';

export interface Order {
  readonly cwd: string;
  readonly command: string;
  readonly id: string;
  readonly transcript: string;
  readonly env: Readonly<Record<string, string>>;
  readonly allowed: readonly string[];
  readonly strike: Strike;
  /** The file system of the conversation knows no hard links to it. */
  readonly isLinkless: boolean;
  /** Hours that have passed since the last life. */
  readonly hoursLater: number;
  /** Planted; see `bugs.ts`. */
  readonly bug: string | null;
}

export type Told =
  | { readonly transcript: string; readonly kept: boolean }
  | { readonly outside: string }
  | { readonly event: { readonly type: string; readonly ok?: boolean; readonly detail?: string } }
  | { readonly warnings: readonly string[] }
  | { readonly prompt: string }
  | { readonly again: string }
  | { readonly refused: string }
  | { readonly calls: number };

const order = JSON.parse(process.argv[2] ?? '') as Order;
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);
const { now } = Date;
Date.now = () => now() + order.hoursLater * 3_600_000;
// What a guard does some seconds after its start belongs to its life, too.
const { setTimeout } = globalThis;
const hastenTimer = (act: () => void, ms = 0, ...args: []) => setTimeout(act, ms / 100, ...args);
Object.assign(globalThis, { setTimeout: hastenTimer });

const { plant, withoutLinks } = await import('./bugs.ts');
plant(order.bug);
if (order.isLinkless) withoutLinks();
const { transcript, allowed, strike } = order;
const calls = strikeAt(strike, { transcript, allowed, tell });
const { live } = await import('./live.ts');
await live(order, tell);
tell({ calls: calls() });
