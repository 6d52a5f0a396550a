/**
 * Starts the relay (`tunnel/relay.ts`) as soon as something is seen that will outlive the guard, so that the relay runs
 * even if the guard is killed. Otherwise it starts when the guard ends, if it is needed. Most sessions never start it.
 */
import { spawn } from 'node:child_process';
import { programFile } from '../platform/own-files.ts';
import type { ProcessIdentity } from '../platform/process-identity.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { childrenOf, commandLine } from '../platform/process-table.ts';
import { createPoll } from '../sensors/poll.ts';
import type { Emit, Sensor } from '../sensors/sensor.ts';
import type { Tunnel } from '../tunnel/proxy.ts';
import type { RelayOrder } from '../tunnel/relay.ts';
import { targetAt } from '../tunnel/target.ts';
import { needsAddress } from '../tunnel/users.ts';
import type { KinWatch } from './kin.ts';
import type { Run } from './run.ts';
import { tunnelSettings } from './start/open-tunnel.ts';
import type { Wire } from './wire.ts';

const lookMs = 2_000;

/** Looks among the agent's children for processes that will outlive the guard. Linux only. */
export function relaySensor(run: Run, wire: Wire, kin: KinWatch): Sensor {
  let emit: Emit = () => {};
  const poll = createPoll(() => {
    const users = outliving(run, kin);
    if (users.length === 0) return;
    poll.stop();
    startRelay(run, wire, users, (detail) => emit({ type: 'sensor.failed', sensor: 'relay', detail }));
  }, lookMs);
  return {
    name: 'relay',
    start(into) {
      emit = into;
      poll.start();
    },
    rest: poll.rest,
    stop: poll.stop,
  };
}

/**
 * Closes the tunnel. The relay keeps its address open for those who need it. Never rejects: the agent has run by now,
 * and a rejection would be mistaken for a failure before its start.
 */
export async function closeWire(run: Run, wire: Wire): Promise<void> {
  const { tunnel } = wire;
  if (tunnel === null) return;
  try {
    if (needsAddress(traces(run, tunnel))) startRelay(run, wire, [], () => {});
  } catch {
    // no process can be looked for or started any more (too many open files)
  }
  await tunnel.stop();
}

function outliving({ launch }: Run, kin: KinWatch): readonly ProcessIdentity[] {
  const agent = kin.last()?.agent;
  if (agent === undefined) return [];
  return childrenOf(agent.pid)
    .filter((pid) => launch.adapter.outlives(commandLine(pid)))
    .map((pid) => ({ pid, startTime: startTimeOf(pid) ?? '' }));
}

/** Texts in the environment of everything that was started with the tunnel: its token, and the folder for hooks. */
function traces({ paths }: Run, tunnel: Tunnel): readonly string[] {
  return [new URL(tunnel.url).password, paths.spool];
}

function startRelay(
  run: Run,
  wire: Wire,
  users: readonly ProcessIdentity[],
  failed: (detail: string) => void,
): void {
  const { paths } = run;
  const tunnel = wire.handOver();
  if (tunnel === null) return;
  const { api, proxy } = run.user;
  const order: RelayOrder = {
    url: tunnel.url,
    api: targetAt(api)?.authority ?? null,
    proxy,
    traces: traces(run, tunnel),
    spool: paths.spool,
    users,
    ...tunnelSettings(run.config),
  };
  const relay = spawn(process.execPath, [programFile('relay')], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore', tunnel.fd],
  });
  relay.on('error', (error) => failed(error.message));
  relay.stdin?.on('error', () => {});
  relay.stdin?.write(JSON.stringify(order)); // we never end this stream, because the relay waits for its end, which is ours
  relay.unref();
}
