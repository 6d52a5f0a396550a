/**
 * What the launcher runs before it becomes the agent: `tunnel-address PID`. Asks the service for an address, starts it where
 * it is not there, and prints shell lines that add the variables. Where there is no service, or anything is wrong, nothing
 * is printed.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeTunnel, carriedVariables, proxyVariables } from '../agents/claude-code/environment.ts';
import { readUserSettings } from '../agents/claude-code/launch/user-settings.ts';
import { tunnelVariables } from '../agents/common/tunnel-variables.ts';
import { loadConfig } from '../config/load.ts';
import type { Millis } from '../events.ts';
import { isWatched } from '../platform/run-mark.ts';
import { shellWord } from '../platform/shell-words.ts';
import { ask } from './control.ts';
import { makeFolders, servicePaths } from './paths.ts';
import type { Session } from './sessions.ts';
import { startService } from './start-service.ts';

/** Since this program began. Claude Code gives a launcher about three seconds (its documentation, corporate launchers). */
const limitMs: Millis = 2_200;
const againMs: Millis = 30;
const restartMs: Millis = 500;

async function main(pid: number): Promise<string> {
  const env = beforeTunnel(process.env);
  const { network_resilience, senses } = loadConfig(env).config;
  const user = readUserSettings([], env, process.cwd(), null);
  const isOverruled = proxyVariables.some((name) => user.settled.includes(name));
  const isWanted =
    env.GUARDED_CLAUDE !== 'off' && network_resilience.enabled && senses.tunnel && !isWatched(env);
  if (!isWanted || !user.tunnelAllowed || isOverruled) return '';
  const { api, pings, proxy, deadlineMs } = user;
  const url = await addressFor(pid, { api, pings, proxy, deadlineMs });
  if (url === null) return '';
  const tunnel = tunnelVariables(url, { api, proxy });
  return Object.entries({ ...carriedVariables(proxy, tunnel), ...tunnel })
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('');
}

/** Null where there is none to be had, or not in time. @throws where there is no place for a service */
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
      // One that found another, which has been about to end or is not ready yet, has ended well.
      const isOver = service?.exitCode === 0 && performance.now() - startedAt > restartMs;
      if (service === null || isOver) {
        startedAt = performance.now();
        service = startService(process.env).on('error', () => {}); // it has no exit code then, and no answer comes
      }
      if (service.pid === undefined || (service.exitCode ?? 0) !== 0) return null;
      await sleep(againMs);
    }
  }
  return null;
}

const lines = await main(Number(process.argv[2])).catch(() => '');
process.stdout.write(lines);
