/**
 * The launcher runs this before it becomes the agent: `tunnel-address PID`. It asks the service for an address, starts
 * the service if there is none, and prints shell lines that add the variables. If it gets no address, for whatever
 * reason, it prints nothing.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeTunnel, carriedVariables, proxyVariables } from '../agents/claude-code/environment.ts';
import { readUserSettings } from '../agents/claude-code/launch/user-settings.ts';
import { tunnelVariables } from '../agents/common/tunnel-variables.ts';
import { loadConfig } from '../config/load.ts';
import { isSwitchedOff } from '../config/switch.ts';
import type { Millis } from '../events.ts';
import { isWatched } from '../platform/run-mark.ts';
import { shellWord } from '../platform/shell-words.ts';
import { ask } from './control.ts';
import { makeFolders, servicePaths } from './paths.ts';
import type { Session } from './sessions.ts';
import { startService } from './start-service.ts';

/**
 * Counted from the start of this program. Claude Code gives a launcher about three seconds (its documentation,
 * corporate launchers).
 */
const limitMs: Millis = 2_200;
const retryMs: Millis = 30;
const restartMs: Millis = 500;

async function main(pid: number): Promise<string> {
  const env = beforeTunnel(process.env);
  const { network_resilience, senses } = loadConfig(env).config;
  const user = readUserSettings([], env, process.cwd(), null);
  const isOverruled = proxyVariables.some((name) => user.settled.includes(name));
  const isWanted = !isSwitchedOff(env) && network_resilience.enabled && senses.tunnel && !isWatched(env);
  if (!isWanted || !user.tunnelAllowed || isOverruled) return '';
  const { api, pings, proxy, deadlineMs } = user;
  const url = await addressFor(pid, { api, pings, proxy, deadlineMs });
  if (url === null) return '';
  const tunnel = tunnelVariables(url, { api, proxy });
  return Object.entries({ ...carriedVariables(proxy, tunnel), ...tunnel })
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('');
}

/** Null if there is no address, or none in time. @throws if the service cannot have a folder */
async function addressFor(pid: number, user: Session['user']): Promise<string | null> {
  const paths = servicePaths(process.env);
  makeFolders(paths);
  let service: ChildProcess | null = null;
  let startedAt: Millis = 0;
  while (performance.now() < limitMs) {
    try {
      const given = await ask(paths.socket, { type: 'address', pid, user }, limitMs - performance.now());
      return (given as { readonly url: string | null }).url;
    } catch {
      // The new service exits with 0 if it found another one, which is about to end or not ready yet.
      const isOver = service?.exitCode === 0 && performance.now() - startedAt > restartMs;
      if (service === null || isOver) {
        startedAt = performance.now();
        service = startService(process.env).on('error', () => {}); // the service then has no pid, which is checked below
      }
      if (service.pid === undefined || (service.exitCode ?? 0) !== 0) return null;
      await sleep(retryMs);
    }
  }
  return null;
}

const lines = await main(Number(process.argv[2])).catch(() => '');
process.stdout.write(lines);
