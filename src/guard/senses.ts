/**
 * The senses that every run has, with a terminal or without: the clock, the agent's processes, the network, the
 * person's commands, hooks and the tunnel. Each may be missing or fail, and the others go on.
 */

import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { conversationAskedAt } from '../detect/evidence/wire.ts';
import { inTurn, isStillInTurn } from '../detect/phases.ts';
import { awaitsFirstTurn } from '../detect/starting.ts';
import type { Event, Observation } from '../events.ts';
import { sample } from '../platform/process-tree.ts';
import { clockSensor, tickMs } from '../sensors/clock.ts';
import { commandSensor } from '../sensors/commands.ts';
import { hookSensor } from '../sensors/hooks.ts';
import { networkSensor } from '../sensors/network.ts';
import { type ProcessReader, processSensor } from '../sensors/process.ts';
import type { Emit, Sensor } from '../sensors/sensor.ts';
import { subagentSensor } from '../sensors/subagents.ts';
import { tunnelSensor } from '../sensors/tunnel.ts';
import { apiProbe } from './api-probe.ts';
import type { Parts } from './parts.ts';
import { relaySensor } from './relay.ts';

export interface Senses {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** To be called with every event of the loop, and the evidence after it. */
  tell(event: Event, after: Evidence): void;
  /** Resolves once everything that the agent has left for a sense has been read. */
  catchUp(): Promise<void>;
  /** Asks for one `network.probed`. */
  probe(): void;
  /** A rest begins, or ends (`sensors/sensor.ts`). */
  rest(isAtRest: boolean): void;
}

const addressesMs = 2_000;

export interface CommonSenses extends Pick<Senses, 'tell' | 'catchUp' | 'probe'> {
  readonly process: ReturnType<typeof processSensor>;
  readonly sensors: readonly Sensor[];
}

/**
 * @param keeps whether a hook's observation is passed on
 * @param onPrompt called with each prompt that a hook reports
 * @param readsTerminals where the agent has a terminal: see `ProcessReader.reading`
 */
export function commonSenses(
  { run, agent, conversation, wire }: Parts,
  keeps: (observation: Observation) => boolean,
  onPrompt: (prompt: Pick<SentPrompt, 'id' | 'text'>) => void = () => {},
  readsTerminals?: ProcessReader['reading'],
): CommonSenses {
  const { paths, user, launch } = run;
  const { kin } = agent;
  const network = networkSensor({
    intervalMs: addressesMs,
    probe: apiProbe(user, () => wire.tunnel?.api.found() ?? null),
  });
  const process = processSensor({
    descendants: kin.look,
    sample,
    ...(readsTerminals && { reading: readsTerminals }),
  });
  const reader = run.wantsHooks ? launch.adapter.hooks : null;
  // Nearly every hook tells the mode, and every event is journalled.
  const isNews = (told: Observation) =>
    told.type !== 'permission.mode' || told.mode !== conversation.modes?.now;
  const hooks =
    reader &&
    hookSensor({
      spoolDir: paths.spool,
      isOurs: (fileName) => agent.hooks.isOurs(fileName),
      read: (payload) => reader.read(payload, launch.env).filter((told) => keeps(told) && isNews(told)),
      onPayload(payload) {
        reader.feedLedger(conversation.ledger, payload);
        const prompt = reader.readPrompt(payload);
        if (prompt !== null) onPrompt(prompt);
      },
    });
  const subagents = subagentSensor({
    read: (record) => launch.adapter.readTranscript(record),
    files: async () => {
      const { transcriptPath } = conversation;
      return transcriptPath === null ? [] : await launch.adapter.subagentFiles(transcriptPath);
    },
  });
  let pid: number | null = null;
  let worked = false;
  return {
    process,
    sensors: [
      clockSensor(tickMs),
      process,
      network,
      commandSensor(paths),
      ...(hooks ? [hooks] : []),
      ...(hooks && run.config.senses.transcript ? [subagents] : []),
      ...(wire.tunnel ? [tunnelSensor(wire.tunnel), relaySensor(run, wire, kin)] : []),
    ],
    tell(event, after) {
      if (event.type === 'agent.started') {
        process.newAgent(event.pid, event.generation);
        pid = event.pid;
        worked = false;
      }
      if (after.doing !== 'starting') process.shown();
      // While the agent rests, nothing is measured, so what a turn has left is measured once, at its end. What runs in a
      // turn goes on while the agent is suspended. What a call has left behind is not to be taken for that of the next one.
      const phase = after.phase === 'suspended' ? after.doing : after.phase;
      const works = isStillInTurn(worked, phase);
      const isLeft = event.type === 'agent.started' || event.type === 'tool.finished' || (worked && !works);
      if (pid !== null && isLeft) kin.look(pid);
      worked = works;
      // No answer has come yet, so it has started nothing. Only hooks show that no tool is open: a subagent may send a
      // request while a command of another one runs. A side request shows nothing: a hook of the person's may be at work
      // beside it.
      const askedAt = conversationAskedAt(event, after.wire);
      if (askedAt !== null && after.tools.length === 0) process.listening(event.at - askedAt);
      process.working(works, works && !inTurn(phase));
      process.starting(awaitsFirstTurn(after, run.config));
      subagents.awaits(reportedOpen(after));
    },
    catchUp: async () => hooks?.catchUp(),
    probe: () => void network.probe(),
  };
}

/** The calls that hooks report as open. A call that works through the API may be open for as long as it likes. */
const reportedOpen = ({ tools }: Evidence): readonly string[] =>
  tools.flatMap(({ toolUseId, delegates, recorded }) => (delegates || recorded ? [] : [toolUseId]));

/** Starts and stops the sensors. If one fails, that is reported, and the guard works without it. */
export function together(sensors: readonly Sensor[], emit: Emit): Pick<Senses, 'start' | 'stop' | 'rest'> {
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
    rest(isAtRest) {
      for (const sensor of sensors) sensor.rest?.(isAtRest);
    },
  };
}
