/**
 * Misbehaviour on demand, for tests and drills. `SIMULATED_AGENT` lists what applies to the whole run (`exit=CODE`,
 * `ignore-escape`, `ignore-sigterm`). `SIMULATED_AGENT_TRIGGERS` names a folder: a file `spin` or `die` in it takes
 * effect once, in any phase of the agent, so the relaunched agent behaves again.
 */
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface Misbehaviour {
  /** Exit at once with this code; null: do not. */
  readonly exitCode: number | null;
  readonly ignoreEscape: boolean;
  readonly ignoreSigterm: boolean;
}

export function readMisbehaviour(env: NodeJS.ProcessEnv): Misbehaviour {
  const words = (env.SIMULATED_AGENT ?? '').split(',').map((word) => word.trim());
  const exit = words.find((word) => word.startsWith('exit='));
  return {
    exitCode: exit === undefined ? null : Number(exit.slice('exit='.length)),
    ignoreEscape: words.includes('ignore-escape'),
    ignoreSigterm: words.includes('ignore-sigterm'),
  };
}

/** An event loop that never turns again, so signals with a handler (SIGTERM among them) have no effect. */
function spin(): never {
  for (;;) Math.sqrt(Math.random());
}

/** Looks for triggers ten times a second, if there is a folder for them. */
export function watchTriggers(env: NodeJS.ProcessEnv): void {
  const folder = env.SIMULATED_AGENT_TRIGGERS;
  if (!folder) return;
  const take = (name: string): boolean => {
    const path = join(folder, name);
    if (!existsSync(path)) return false;
    unlinkSync(path);
    return true;
  };
  const watch = () => {
    if (take('spin')) spin();
    if (take('die')) process.kill(process.pid, 'SIGKILL');
  };
  setInterval(watch, 100).unref();
}
