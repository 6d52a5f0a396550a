/**
 * Which senses this run has, started while the agent boots. Each may be missing or fail; the others go on. What a
 * sense must be told (another agent, another session, a turn) it is told here, from the same events as everybody.
 */

import { requestBytes } from '../detect/connections.ts';
import type { Evidence } from '../detect/evidence.ts';
import { inTurn, phaseOf } from '../detect/phase.ts';
import type { Event, ScreenFacts } from '../events.ts';
import { descendants, sample } from '../platform/process-tree.ts';
import { momentOf } from '../platform/wall-time.ts';
import { clockSensor, tickMs } from '../sensors/clock.ts';
import { commandSensor } from '../sensors/commands.ts';
import { hookSensor } from '../sensors/hooks.ts';
import { networkSensor } from '../sensors/network.ts';
import { processSensor } from '../sensors/process.ts';
import { programStatusCode, programStatusSensor } from '../sensors/program-status.ts';
import { screenSensor } from '../sensors/screen.ts';
import type { Sensor } from '../sensors/sensor.ts';
import { sessionSensor } from '../sensors/session.ts';
import { transcriptSensor } from '../sensors/transcript.ts';
import { tunnelSensor } from '../sensors/tunnel.ts';
import { createScreen } from '../terminal/screen.ts';
import { makeTarget } from '../tunnel/head.ts';
import { probe } from '../tunnel/probe.ts';
import { readUpstream } from '../tunnel/upstream.ts';
import { coalesce } from './coalesce.ts';
import type { Runtime } from './runtime.ts';

export interface Senses {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Every event of the loop and the evidence after it. */
  tell(event: Event, after: Evidence): void;
  /** What the agent has left for a sense to read has been read. */
  catchUp(): Promise<void>;
  /** Asks for one `network.probed`. */
  probe(): void;
}

const addressesMs = 2_000;
/** Limit of one probe. */
const probeMs = 5_000;

export function openSenses(runtime: Runtime): Senses {
  const { emit, tunnel, paths, user, config, terminal, launch } = runtime;
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

  const screen = createScreen(terminal);
  const screenSense = screenSensor(() =>
    withResetMoment(adapter.readScreen(screen.view(), runtime.version), runtime.facts),
  );
  screen.onChange(() => screenSense.changed());
  runtime.view = () => screen.view();
  runtime.onResized = () => {
    screen.resize(terminal.columns, terminal.rows);
    runtime.cast?.resized(terminal.columns, terminal.rows);
  };

  const status = programStatusSensor((bytes) => runtime.pty?.write(Buffer.from(bytes)));
  if (config.senses.program_status) screen.onOsc(programStatusCode, (payload) => status.receive(payload));

  const session = sessionSensor((pid) => adapter.sessionOfProcess(launch.env, pid));
  const process = processSensor({ descendants, sample });
  const transcript = transcriptSensor({
    read: (record) => adapter.readTranscript(record),
    find: (sessionId) => adapter.findTranscript(launch.env, sessionId),
  });

  const reader = runtime.hooks ? adapter.hooks : null;
  const hooks =
    reader &&
    hookSensor({
      spoolDir: paths.spool,
      read: (payload) => reader.read(payload),
      onPayload: (payload) => reader.feedLedger(runtime.ledger, payload),
    });

  if (config.senses.program_status) terminal.listen((chunk) => status.listen(chunk));
  const tellOutput = coalesce((bytes) => emit({ type: 'output', bytes }));
  terminal.observe(
    (chunk) => {
      screen.feed(chunk);
      runtime.cast?.output(chunk);
      tellOutput(chunk.length);
    },
    () => {},
  );

  const sensors: readonly Sensor[] = [
    clockSensor(tickMs),
    screenSense,
    process,
    session,
    network,
    commandSensor(paths),
    ...(config.senses.program_status ? [status] : []),
    ...(config.senses.transcript ? [transcript] : []),
    ...(hooks ? [hooks] : []),
    ...(tunnel ? [tunnelSensor(tunnel, target.authority)] : []),
  ];

  return {
    async start() {
      for (const sensor of sensors) {
        try {
          await sensor.start(emit);
        } catch (error) {
          emit({
            type: 'sensor.failed',
            sensor: sensor.name,
            detail: error instanceof Error ? error.message : String(error),
          });
        }
      }
    },
    async stop() {
      await Promise.allSettled(sensors.map((sensor) => sensor.stop()));
    },
    tell(event, after) {
      switch (event.type) {
        case 'agent.started':
          if (event.generation > 1) {
            screen.reset(); // the first words of the first agent are in the picture already
            screenSense.restart();
          }
          status.newAgent();
          process.newAgent(event.pid, event.generation);
          session.newAgent(event.pid);
          break;
        case 'session':
          transcript.follow(event.sessionId, event.transcriptPath);
          break;
        case 'connection.bytes':
          // Nothing has come back yet, so nothing that runs was started by the answer.
          if (event.up >= requestBytes && event.last === 'up' && after.tools.length === 0)
            process.listening();
          break;
        case 'tick':
          if (after.unansweredKeyAt !== null && after.now - after.unansweredKeyAt > tickMs)
            process.sampleNow();
          break;
      }
      process.working(inTurn(phaseOf(after)));
    },
    catchUp: async () => hooks?.catchUp(),
    probe() {
      void network.probe();
    },
  };
}

/** A time of day becomes a moment once, when it is first seen: read again after it has passed it would be tomorrow's. */
function withResetMoment(facts: ScreenFacts, before: ScreenFacts): ScreenFacts {
  if (!facts.limitReset) return facts;
  const known = before.failure?.fingerprint === facts.failure?.fingerprint ? before.limitResetsAt : undefined;
  const limitResetsAt = known ?? momentOf(facts.limitReset, Date.now());
  return limitResetsAt === null ? facts : { ...facts, limitResetsAt };
}
