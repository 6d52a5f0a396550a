/**
 * Keeps an agent running that serves sessions of its own and has no turns (`claude remote-control`). According to its
 * documentation, it exits after about ten minutes without network. Then it is started again with the same arguments,
 * once the network is stable. It runs behind the launcher, so the service holds and cuts its connections, like those of
 * a background session.
 *
 * The documentation names no exit code. The network tells the two kinds of exit apart: if the API cannot be reached,
 * the outage ended the agent; if it can, the agent ended by itself, and so do we.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Launch } from '../guard/run.ts';
import { createDeadManSwitch, type DeadManSwitch } from '../platform/dead-man-switch.ts';
import { exitCode, startFailure, startFailureCode } from '../platform/exec.ts';
import { packageRoot } from '../platform/own-files.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { networkOf } from './network.ts';
import { type Orders, takeOrders } from './orders.ts';

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const away = 'the agent ended while the network is down; it will be started again when the network is back';

/** Resolves to the exit code. Rejects only before the agent runs. */
export async function keep(launch: Launch): Promise<number> {
  const { adapter, args, env, cwd } = launch;
  const { config, warnings } = loadConfig(env);
  sayWarnings(warnings);
  const network = networkOf(adapter.readUserSettings(args, env, cwd, null), config.network_resilience);
  const orders = takeOrders();
  const deadManSwitch = createDeadManSwitch(adapter.outlivingCommand, [], () => {});
  let end = await start(launch, orders, deadManSwitch);
  while (!orders.explainsEnd() && end.signal === null && network !== null && !(await network.isThere())) {
    sayWarnings([away]);
    const order = await Promise.race([orders.next(), network.isBack()]);
    if (order !== null) return exitCode(null, order);
    try {
      end = await start(launch, orders, deadManSwitch);
    } catch (error) {
      sayWarnings([startFailure(launch.command, error)]);
      return startFailureCode(error);
    }
  }
  return exitCode(end.code, end.signal);
}

/** Rejects if the agent cannot be started. */
async function start(launch: Launch, orders: Orders, deadManSwitch: DeadManSwitch): Promise<End> {
  const { command, named, args, env, cwd } = launch;
  const words = [command, ...named.slice(1), ...args];
  const child = spawn(join(packageRoot(), 'bin', 'guarded-claude-launcher'), words, {
    cwd,
    env,
    stdio: 'inherit',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => {}); // a signal could not be sent, because the agent has just ended
  const pid = child.pid ?? 0;
  deadManSwitch.see({ type: 'agent.started', generation: 1, pid, resumed: false, prompted: false });
  const stop = orders.pass((signal) => void child.kill(signal));
  return await new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      stop();
      deadManSwitch.see({ type: 'agent.exited', generation: 1, code, signal });
      resolve({ code, signal });
    });
  });
}
