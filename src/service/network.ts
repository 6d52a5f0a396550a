/** Checks whether the API can be reached by the agent's route, for a program without a tunnel of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { UserSettings } from '../agents/contract/launch.ts';
import type { Config } from '../config/schema.ts';
import type { Millis } from '../events.ts';
import { probe } from '../tunnel/probe.ts';
import { targetAt } from '../tunnel/target.ts';
import { readUpstream } from '../tunnel/upstream.ts';

export interface Network {
  isThere(): Promise<boolean>;
  /** Resolves with null once enough probes in a row have succeeded (`stable_probes`). */
  isBack(): Promise<null>;
}

const probeMs: Millis = 5_000;

/** Null if the route leads through a kind of proxy that is not supported, or nobody knows where. */
export function networkOf(
  { api, proxy }: Pick<UserSettings, 'api' | 'proxy'>,
  { backoff_initial_ms, backoff_max_ms, stable_probes }: Config['network_resilience'],
): Network | null {
  const reading = readUpstream(proxy);
  const target = targetAt(api);
  if (reading.kind === 'unsupported' || target === null) return null;
  const { upstream } = reading;
  const isThere = async () => (await probe(target, { upstream, timeoutMs: probeMs })).reachable;
  return {
    isThere,
    async isBack() {
      let delayMs = backoff_initial_ms;
      for (let good = 0; good < Math.max(1, stable_probes); ) {
        await pause(delayMs);
        const isGood = await isThere();
        good = isGood ? good + 1 : 0;
        delayMs = isGood ? backoff_initial_ms : Math.min(delayMs * 2, backoff_max_ms);
      }
      return null;
    },
  };
}
