/** The senses of print mode: those of an interactive session without the ones that need a terminal. */
import type { Senses } from '../act/senses.ts';
import { inTurn, phaseOf } from '../detect/phase.ts';
import type { Observation } from '../events.ts';
import { descendants, sample } from '../platform/process-tree.ts';
import { clockSensor } from '../sensors/clock.ts';
import { commandSensor } from '../sensors/commands.ts';
import { hookSensor } from '../sensors/hooks.ts';
import { networkSensor } from '../sensors/network.ts';
import { processSensor } from '../sensors/process.ts';
import type { Sensor } from '../sensors/sensor.ts';
import { tunnelSensor } from '../sensors/tunnel.ts';
import { makeTarget } from '../tunnel/head.ts';
import { probe } from '../tunnel/probe.ts';
import { readUpstream } from '../tunnel/upstream.ts';
import type { PrintRun } from './run.ts';

const tickMs = 1_000;
const addressesMs = 2_000;
/** Limit of one probe. */
const probeMs = 5_000;

export function openPrintSenses(run: PrintRun): Senses {
  const { emit, tunnel, paths, user, launch } = run;
  const { adapter } = launch;
  const reading = readUpstream(user.proxy);
  const target = makeTarget(user.api.secure, user.api.host, user.api.port);
  const network = networkSensor({
    intervalMs: addressesMs,
    probe: async () =>
      reading.kind === 'ok'
        ? await probe(target, { upstream: reading.upstream, timeoutMs: probeMs })
        : { reachable: true, latencyMs: null, cause: null }, // a proxy that we cannot speak to: nothing can be told
  });
  const process = processSensor({ descendants, sample });
  const reader = run.hooks ? adapter.hooks : null;
  const hooks =
    reader &&
    hookSensor({
      spoolDir: paths.spool,
      read: (payload) => reader.read(payload).filter((observation) => keeps(run, observation)),
      onPayload: (payload) => reader.feedLedger(run.ledger, payload),
    });
  const sensors: readonly Sensor[] = [
    clockSensor(tickMs),
    process,
    network,
    commandSensor(paths),
    ...(hooks ? [hooks] : []),
    ...(tunnel ? [tunnelSensor(tunnel, target.authority)] : []),
  ];
  return {
    async start() {
      for (const sensor of sensors) {
        try {
          await sensor.start(emit);
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error);
          emit({ type: 'sensor.failed', sensor: sensor.name, detail });
        }
      }
    },
    async stop() {
      await Promise.allSettled(sensors.map((sensor) => sensor.stop()));
    },
    tell(event, after) {
      if (event.type === 'agent.started') process.newAgent(event.pid, event.generation);
      process.working(inTurn(phaseOf(after)));
    },
    catchUp: async () => hooks?.catchUp(),
    probe() {
      void network.probe();
    },
  };
}

/**
 * Hooks tell of the end of a turn, but in print mode the turn is over when the answer is printed; and nobody can
 * answer what they say a person is needed for.
 */
function keeps(run: PrintRun, observation: Observation): boolean {
  if (observation.type === 'turn.ended') run.toldFailure = observation.failure ?? null;
  return !['turn.ended', 'session.ended', 'person.needed'].includes(observation.type);
}
