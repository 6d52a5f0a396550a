/** The person leaves, and a look at what is still there. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareVersions, type Parts } from '../../../src/agents/common/versions.ts';
import type { OuterTerminal } from '../../../src/drill/outer-terminal.ts';
import { commandLine } from '../../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../../src/platform/process-tree.ts';
import type { Person } from './person.ts';
import type { Plan } from './plan.ts';
import type { Watch } from './watch.ts';

/** How long a person tries. */
const leaveMs = 20_000;
const betweenMs = 400;
const keysFor = { 'ctrl-c': '\x03', 'ctrl-d': '\x04', '/exit': '/exit' } as const;
/**
 * The last version known to take keys for text that it reads together. While it is busy, two Ctrl+D end up unseen in its
 * box, and from then on none leaves, also without a guard.
 */
const lastToMixKeys: Parts = [2, 1, 42];

/** What the person presses by now. Who did not get out by `/exit`, or in vain by Ctrl+D, presses Ctrl+C. */
export function keysToLeave({ leave, version }: Pick<Plan, 'leave' | 'version'>, triedMs: number): string {
  const mixesKeys = compareVersions(version.split('.').map(Number), lastToMixKeys) <= 0;
  const isInVain = leave === 'ctrl-d' && mixesKeys && triedMs > leaveMs / 2;
  return leave === '/exit' || isInVain ? keysFor['ctrl-c'] : keysFor[leave];
}

/** @returns null: it is still there */
export async function leaveGuard(
  plan: Plan,
  terminal: OuterTerminal,
  person: Person,
  watch: Watch,
): Promise<{ readonly code: number; readonly signal: number | null } | null> {
  person.press('\x15');
  await sleep(500);
  if (plan.leave === '/exit') {
    person.press(keysFor[plan.leave]);
    await sleep(1_500); // its menu of commands comes up
    person.press('\r');
    await Promise.race([terminal.exited, sleep(5_000, null, { ref: false })]);
  }
  const from = Date.now();
  const press = () => person.press(keysToLeave(plan, Date.now() - from));
  // Once the agent has gone the terminal is its own again, and Ctrl+C would end whatever is about to end.
  const pressing = setInterval(() => watch.agent() !== null && press(), betweenMs);
  const end = await Promise.race([terminal.exited, sleep(leaveMs, null, { ref: false })]);
  clearInterval(pressing);
  return end;
}

/** A hook or a helper of the agent's own end may be about to end, too. */
const lastMs = 6_000;

/** @param configDir by which everything that belongs to the episode is known */
export async function remainders(
  configDir: string,
  temporary: string,
): Promise<{ readonly left: readonly string[]; readonly files: readonly string[] }> {
  const marked = () => processesMarkedBy('CLAUDE_CONFIG_DIR', configDir);
  for (const until = Date.now() + lastMs; marked().length > 0 && Date.now() < until; await sleep(200));
  return {
    left: marked().map(({ pid }) => `${pid} ${commandLine(pid).join(' ')}`),
    files: readdirSync(temporary).filter((name) => name.startsWith('guarded-claude')),
  };
}
