/**
 * Program status (OSC 7501): the agent asks its terminal `?` and, if that answers the same, reports what it does.
 * We are its terminal; each agent gets its answer once. Seen on 2.1.329: idle, working, blocked, done (lab notes §9).
 */
import type { ProgramState } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export const programStatusCode = 7501;

const answerBytes = `\x1b]${programStatusCode};?\x1b\\`;
const states: ReadonlySet<string> = new Set<ProgramState>(['idle', 'working', 'blocked', 'done', 'error']);
const isState = (text: string | undefined): text is ProgramState => text !== undefined && states.has(text);

export interface ProgramStatusSensor extends Sensor {
  /** The payload of an OSC 7501 from the agent. */
  receive(payload: string): void;
  /** Another agent runs in the terminal now. */
  newAgent(): void;
}

/** The payload's fields; null when it speaks of a child of the agent, or cannot be read. */
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
  // `msg` and `title` are left out: they may hold a command.
  return kind === undefined ? { state } : { state, kind };
}

/** @param answer writes to the agent's terminal input */
export function programStatusSensor(answer: (bytes: string) => void): ProgramStatusSensor {
  let emit: Emit | null = null;
  let isAnswered = false;
  return {
    name: 'program-status',
    start(into) {
      emit = into;
    },
    stop() {
      emit = null;
    },
    newAgent() {
      isAnswered = false;
    },
    receive(payload) {
      if (emit === null) return;
      if (payload === '?') {
        if (!isAnswered) answer(answerBytes);
        isAnswered = true;
        return;
      }
      const status = readStatus(payload);
      if (status) emit({ type: 'program-status', ...status });
    },
  };
}
