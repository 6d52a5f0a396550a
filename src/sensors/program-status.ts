/**
 * Program status (OSC 7501): the agent asks its terminal `?` and, if that answers the same, reports what it does.
 * We are its terminal; each agent gets its answer once. Seen on 2.1.329: idle, working, blocked, done (lab notes §9).
 */
import type { ProgramState } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export const programStatusCode = 7501;

const question = Buffer.from(`\x1b]${programStatusCode};?`);
const answerBytes = `\x1b]${programStatusCode};?\x1b\\`;
const states: ReadonlySet<string> = new Set<ProgramState>(['idle', 'working', 'blocked', 'done', 'error']);
const isState = (text: string | undefined): text is ProgramState => text !== undefined && states.has(text);

export interface ProgramStatusSensor extends Sensor {
  /**
   * Raw output, in the turn in which it was passed on. The agent asks for the terminal's attributes (`CSI c`) right
   * after, and takes an answer to that, coming first, for "no program status": so the question is answered from
   * the bytes, before any screen has been parsed (seen on 2.1.329).
   */
  listen(chunk: Buffer): void;
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
  /** The end of the chunk before, should the question be split. */
  let tail = Buffer.alloc(0);
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
      tail = Buffer.alloc(0);
    },
    listen(chunk) {
      if (isAnswered) return;
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const last = bytes.lastIndexOf(0x1b);
      tail = last > bytes.length - question.length ? Buffer.from(bytes.subarray(last)) : Buffer.alloc(0);
      if (!bytes.includes(question)) return;
      isAnswered = true;
      answer(answerBytes);
    },
    receive(payload) {
      if (emit === null) return;
      const status = readStatus(payload);
      if (status) emit({ type: 'program-status', ...status });
    },
  };
}
