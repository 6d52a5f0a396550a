/**
 * The senses of a session in a terminal, started while the agent boots. A sense that must be told about a new agent, a
 * new session or a turn is told here, from the events that every other part gets, too.
 */
import type { ScreenFacts } from '../events.ts';
import type { Composer } from '../person/composer.ts';
import type { Desk } from '../person/hands/desk.ts';
import { readingTerminals } from '../platform/standard-input.ts';
import { momentOf } from '../platform/wall-time.ts';
import type { Cast } from '../records/cast.ts';
import { tickMs } from '../sensors/clock.ts';
import { programStatusSensor } from '../sensors/program-status.ts';
import { screenSensor } from '../sensors/screen.ts';
import type { Sensor } from '../sensors/sensor.ts';
import { sessionSensor } from '../sensors/session.ts';
import { transcriptSensor } from '../sensors/transcript.ts';
import type { Pty } from '../terminal/pty.ts';
import type { Screen } from '../terminal/screen.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Sequence } from '../terminal/vt/sequences.ts';
import { coalesce } from './coalesce.ts';
import type { Parts } from './parts.ts';
import { commonSenses, type Senses, together } from './senses.ts';

export interface SenseParts extends Parts<Pty> {
  readonly terminal: Terminal;
  readonly composer: Composer;
  readonly screen: Screen;
  readonly desk: Desk;
  /** The last minute of the terminal; null unless the person has switched it on. */
  readonly cast: Cast | null;
}

export interface TerminalSenses extends Senses {
  /** Whether another process has the agent's terminal now. */
  looksLent(): boolean;
}

/** Modes that a program switches on as it takes the terminal, and off before it lends it: screen, focus, pastes. */
const ownModes = new Set(['1049', '1004', '2004']);

const changesHands = (sequence: Sequence): boolean =>
  sequence.type === 'csi' &&
  sequence.prefix === '?' &&
  sequence.parameters.split(';').some((mode) => ownModes.has(mode));

export function openTerminalSenses(parts: SenseParts): TerminalSenses {
  const { run, agent, terminal, composer, screen, desk, cast } = parts;
  const { emit, config, launch } = run;
  const { adapter } = launch;

  const screenSense = screenSensor(() =>
    withResetMoment(adapter.readScreen(screen.view(), agent.program.version), desk.facts),
  );
  /** What another process draws is not the agent's picture. */
  let isLent = false;
  screen.onChange(() => {
    if (!isLent) screenSense.changed();
  });
  screen.beforeView(terminal.pull);
  terminal.observeSize(() => {
    screen.resize(terminal.columns, terminal.rows);
    cast?.resized(terminal.columns, terminal.rows);
  });

  const status = programStatusSensor((bytes) => agent.process?.write(Buffer.from(bytes)));

  const session = sessionSensor((pid) => adapter.sessionOfProcess(launch.env, pid));
  const common = commonSenses(
    parts,
    () => true,
    (prompt) => {
      // One without words is none that the box can be compared with.
      if (prompt.text !== '') composer.taken({ ...prompt, atMs: Date.now() });
    },
    readingTerminals,
  );
  const transcript = transcriptSensor({
    read: (record) => adapter.readTranscript(record),
    find: (sessionId) => adapter.findTranscript(launch.env, sessionId),
  });

  if (config.senses.program_status) terminal.listen((sequence) => status.listen(sequence));
  const tellOutput = coalesce((bytes, lastAt) => emit({ type: 'output', bytes, lastAt }));
  terminal.observe((chunk, sequences) => {
    for (const sequence of sequences) status.receive(sequence);
    if (sequences.some(changesHands)) common.process.changesHands();
    screen.feed(chunk);
    cast?.output(chunk);
    tellOutput(chunk.length);
  });

  const sensors: readonly Sensor[] = [
    screenSense,
    ...common.sensors,
    session,
    ...(config.senses.program_status ? [status] : []),
    ...(config.senses.transcript ? [transcript] : []),
  ];

  return {
    ...together(sensors, emit),
    catchUp: common.catchUp,
    probe: common.probe,
    looksLent: common.process.looksLent,
    tell(event, after) {
      isLent = after.terminal.lentSince !== null;
      switch (event.type) {
        case 'agent.started':
          if (event.generation > 1) {
            screen.reset(); // not for the first agent: the picture already holds its first output
            screenSense.restart();
          }
          status.newAgent();
          session.newAgent(event.pid);
          break;
        case 'session':
          transcript.follow(event.sessionId, event.transcriptPath);
          break;
        case 'screen':
          common.process.inBackground(event.facts.commandsInBackground ?? 0);
          transcript.readOn();
          break;
        case 'tick':
          if (after.terminal.unansweredKeyAt !== null && after.now - after.terminal.unansweredKeyAt > tickMs)
            common.process.sampleNow();
          break;
      }
      common.tell(event, after);
    },
  };
}

/**
 * A time of day becomes a moment once, when it is first seen. If it were read again after it has passed, it would be
 * taken for tomorrow's.
 */
function withResetMoment(facts: ScreenFacts, before: ScreenFacts): ScreenFacts {
  if (!facts.limitReset) return facts;
  const known = before.failure?.fingerprint === facts.failure?.fingerprint ? before.limitResetsAt : undefined;
  const limitResetsAt = known ?? momentOf(facts.limitReset, Date.now());
  return limitResetsAt === null ? facts : { ...facts, limitResetsAt };
}
