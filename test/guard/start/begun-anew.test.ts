/** A first turn has been answered, and the agent is gone with none of it on record. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastPrompt } from '../../../src/drill/api/api.ts';
import { say } from '../../../src/drill/api/scenario.ts';
import { finished } from '../../support/guarded.ts';
import { type SimulatedGuard, simulatedGuard } from '../../support/simulated-guard.ts';

const asked = 'please build it';
const isLost = 'The conversation could not be kept';

/** Ends the agent at its free prompt, with its file gone. */
async function killUnrecorded({ sandbox, status, until, trigger }: SimulatedGuard): Promise<void> {
  await until('the turn is over', () => status()?.state === 'idle');
  const before = status()?.agent_pid;
  const projects = join(sandbox.home, '.claude', 'projects');
  const files = readdirSync(projects, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) rmSync(join(projects, file));
  trigger('die');
  await until('another agent runs', () => ![before, null, undefined].includes(status()?.agent_pid));
}

const noHooks = { GUARDED_CLAUDE_HOOKS: 'off' };
const asksOf = ({ api }: SimulatedGuard) => api.turns().filter((turn) => lastPrompt(turn).includes(asked));

test.each([
  ['hooks tell', {}],
  ['no hook tells', noHooks],
  ['nothing but the screen tells', { ...noHooks, GUARDED_CLAUDE_PROGRAM_STATUS: 'off' }],
])(
  'where %s, the person is told, and what they typed is in the box again, unsent',
  async (_name, settings) => {
    const guard = await simulatedGuard(settings);
    guard.api.enqueue(say(`I build it, and I take my time. ${finished}`, 300)); // seen, whoever looks
    await guard.submit(asked);
    await guard.terminal.waitFor(finished);
    await killUnrecorded(guard);
    await guard.until('it is in the box', () => guard.terminal.text().includes(`❯ ${asked}`));
    expect(guard.output()).toContain(isLost);
    expect(asksOf(guard)).toHaveLength(1);
  },
);

test.each([
  ['hooks tell', {}],
  ['no hook tells', noHooks],
])('where %s, a prompt of the command line is not asked again', async (_name, settings) => {
  const guard = await simulatedGuard(settings, [asked]);
  await guard.terminal.waitFor(finished);
  await killUnrecorded(guard);
  await guard.until('the person is told', () => guard.output().includes(isLost));
  await guard.until('it is in the box', () => guard.terminal.text().includes(`❯ ${asked}`));
  expect(asksOf(guard)).toHaveLength(1);
});
