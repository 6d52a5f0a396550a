/**
 * Program status (OSC 7501): the agent asks its terminal `?`, and if the terminal answers the same, it reports what it
 * does. We are its terminal, and answer each agent once. Seen on 2.1.329: idle, working, blocked, done.
 */
import type { Observation, ProgramState } from '../events.ts';
import type { Sequence } from '../terminal/vt/sequences.ts';
import type { Emit, Sensor } from './sensor.ts';

const code = '7501;';
const answerBytes = `\x1b]${code}?\x1b\\`;
const states: ReadonlySet<string> = new Set<ProgramState>(['idle', 'working', 'blocked', 'done', 'error']);
const isState = (text: string | undefined): text is ProgramState => text !== undefined && states.has(text);

export interface ProgramStatusSensor extends Sensor {
  /**
   * Takes what the agent writes, in the same turn of the event loop in which it is passed on. Right after its question,
   * the agent asks for the terminal's attributes (`CSI c`). If that answer comes first, the agent concludes "no program
   * status" (2.1.329).
   */
  listen(sequence: Sequence): void;
  /** Takes the same bytes later, to read what the agent reports. A report from before `start` is emitted at `start`. */
  receive(sequence: Sequence): void;
  /** Another agent runs in the terminal now. */
  newAgent(): void;
}

/** What a payload reports; null if it is about a child of the agent, or cannot be read. */
export function readStatus(payload: string): { readonly state: ProgramState; readonly kind?: string } | null {
  const fields = new Map(
    payload.split(':').map((field): [string, string] => {
      const at = field.indexOf('=');
      return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  const state = fields.get('state');
  const kind = fields.get('kind');
  if (!isState(state) || fields.has('id')) return null;
  // `msg` and `title` are left out, because they may hold a command.
  return kind === undefined ? { state } : { state, kind };
}

/** Null: the sequence is not about program status. */
const payloadOf = (sequence: Sequence) =>
  sequence.type === 'osc' && sequence.payload.startsWith(code) ? sequence.payload.slice(code.length) : null;

/** @param answer writes to the agent's terminal input */
export function programStatusSensor(answer: (bytes: string) => void): ProgramStatusSensor {
  let emit: Emit | null = null;
  let isAnswered = false;
  let pending: Observation | null = null;
  return {
    name: 'program-status',
    start(into) {
      emit = into;
      if (pending) emit(pending);
    },
    stop() {
      emit = null;
    },
    newAgent() {
      isAnswered = false;
    },
    listen(sequence) {
      if (isAnswered || payloadOf(sequence)?.startsWith('?') !== true) return;
      isAnswered = true;
      answer(answerBytes);
    },
    receive(sequence) {
      const payload = payloadOf(sequence);
      const status = payload === null ? null : readStatus(payload);
      if (status === null) return;
      const observation: Observation = { type: 'program-status', ...status };
      if (emit) emit(observation);
      else pending = observation;
    },
  };
}
