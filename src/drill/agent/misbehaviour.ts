/**
 * Bad behaviour on demand, for tests and drills. `SIMULATED_AGENT` lists what holds for the whole run (`exit=CODE`,
 * `ignore-escape`, `ignore-sigterm`); `SIMULATED_AGENT_TRIGGERS` names a folder in which a file `spin` or `die`
 * has its effect once, in whatever phase the agent is, so that the relaunched agent behaves again.
 */
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface Misbehaviour {
  /** Exit at once with this code; null: live. */
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

/** An event loop that never turns again: signals with a handler (SIGTERM among them) are never heard. */
function spin(): never {
  for (;;) Math.sqrt(Math.random());
}

/** Looks for triggers ten times a second, while there is a folder for them. */
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
