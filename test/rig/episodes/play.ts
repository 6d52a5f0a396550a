/** Plays an episode: the real guard around a real agent, in a world in which the plan comes about. Never judges. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTerminal } from '../../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox } from '../../../src/drill/sandbox.ts';
import { startWorld } from '../../../src/drill/world.ts';
import { launcher } from '../../../src/platform/own-files.ts';
import { linkKeptCode } from '../../support/kept-code.ts';
import { modesLeftOn, watchedRun } from '../aftermath.ts';
import { senses } from '../matrix/senses.ts';
import { realAgent } from '../matrix/versions.ts';
import { leaveGuard, remainders } from './ending.ts';
import { effectsFile, modelOf, seen } from './model.ts';
import { personAt } from './person.ts';
import type { Plan } from './plan.ts';
import { episodeSettings } from './timing.ts';
import { playTurns } from './turns.ts';
import { watchAgents } from './watch.ts';
import type { Entry, Happening, WorldLog } from './world-log.ts';

export interface Played {
  readonly log: WorldLog;
  /** What the terminal showed before the person left. */
  readonly screen: string;
  /** The throw-away home, which the caller removes. */
  readonly root: string;
  /** Where the guard has its records; only to be printed beside a failure. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

const guard = launcher('guarded-claude');

/** @throws when the episode cannot be played: no such agent, or none that comes up. */
export async function playEpisode(plan: Plan): Promise<Played> {
  const sandbox = createSandbox({ tools: plan.tools });
  linkKeptCode(sandbox);
  const agent = realAgent(plan.version, join(sandbox.root, 'bin'));
  if (agent === null) throw new Error(`no agent ${plan.version}`);
  const world = await startWorld(sandbox, {
    surroundings: plan.surroundings,
    helpers: plan.helpers,
    seed: plan.seed,
  });
  const model = modelOf(plan);
  world.api.respond((request) => model.answer(request));
  const temporary = join(sandbox.root, 'tmp');
  mkdirSync(temporary);
  const env = agentEnvironment(sandbox, world.variables, {
    ...episodeSettings,
    ...senses[plan.senses].settings,
    GUARDED_CLAUDE_COMMAND: agent,
    TMPDIR: temporary,
  });
  const terminal = openTerminal({
    command: '/bin/sh',
    args: ['-c', watchedRun, sandbox.root, process.execPath, guard],
    cwd: sandbox.project,
    env,
  });
  const output: Buffer[] = [];
  terminal.onOutput((bytes) => output.push(bytes));
  const entries: Entry[] = [];
  const note = (happening: Happening) => void entries.push({ at: Date.now(), ...happening });
  const watch = watchAgents(terminal.pid, note);
  const person = personAt(terminal, note);
  const remove = () => sandbox.remove();
  try {
    await terminal.waitFor(/❯|^(?:│?\s)?>\s/m, 45_000);
    if (plan.version.startsWith('1.0.')) await sleep(3_000); // it draws its box long before it listens
    await playTurns({ plan, world, model, terminal, person, watch, note, transcripts: sandbox.transcripts });
    const screen = terminal.text();
    note({ type: 'leaving' });
    const exit = await leaveGuard(plan, terminal, person, watch);
    const end = exit && {
      ...exit,
      modes: modesLeftOn(Buffer.concat(output).toString('latin1')),
      settingsKept: settingsOf(sandbox.root, 'before') === settingsOf(sandbox.root, 'after'),
      ...(await remainders(sandbox.configDir, temporary)),
    };
    const log: WorldLog = {
      entries,
      requests: world.api.turns().map((request) => seen(request, model)),
      effects: effectsIn(join(sandbox.project, effectsFile)),
      end,
    };
    return { log, screen: exit ? screen : terminal.text(), root: sandbox.root, env, remove };
  } catch (error) {
    remove();
    throw error;
  } finally {
    watch.stop();
    terminal.kill();
    await terminal.exited;
    await world.stop();
  }
}

const settingsOf = (folder: string, when: 'before' | 'after') => textOf(join(folder, `tty-${when}`));

function effectsIn(path: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const mark of textOf(path).split('\n')) if (mark !== '') counts[mark] = (counts[mark] ?? 0) + 1;
  return counts;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // never written
  }
}
