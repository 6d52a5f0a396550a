/** Reads a status file. A field that another version has not written, or has written differently, counts as unknown. */
import { readFileSync } from 'node:fs';
import { fieldsOf, isMoment, isNumber, isText, orNull, type Shape, valuesOf } from './shapes.ts';
import { type Status, sessionStates } from './status.ts';

const shapes: { readonly [Name in keyof Status]: Shape } = {
  run: isText,
  session_id: orNull(isText),
  pid: isNumber,
  start_time: isText,
  agent: isText,
  agent_pid: orNull(isNumber),
  agent_version: orNull(isText),
  guard_version: isText,
  cwd: isText,
  state: (value) => typeof value === 'string' && Object.hasOwn(sessionStates, value),
  since: isMoment,
  updated_at: isMoment,
  incidents: isNumber,
  message: orNull(isText),
  attempt: orNull(fieldsOf({ n: isNumber, of: orNull(isNumber), next_in_ms: isNumber })),
  connection: orNull(fieldsOf({ open: isNumber, silent_ms: orNull(isNumber) })),
  tokens: orNull(isNumber),
  switches: valuesOf((value) => typeof value === 'boolean'),
};

/** The fields that a status may lack. */
type Optional = Exclude<keyof Status, 'run' | 'pid' | 'start_time' | 'cwd' | 'state' | 'since'>;

const neutral = ({ since }: Pick<Status, 'since'>): Pick<Status, Optional> => ({
  session_id: null,
  agent: '',
  agent_pid: null,
  agent_version: null,
  guard_version: '',
  updated_at: since,
  incidents: 0,
  message: null,
  attempt: null,
  connection: null,
  tokens: null,
  switches: {},
});

/** The status in a file; null if it cannot be read or is not ours. */
export function readStatus(path: string): Status | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? statusIn(value) : null;
  } catch {
    return null;
  }
}

function statusIn(value: object): Status | null {
  const sound = Object.entries(value).filter(
    ([name, field]) => shapes[name as keyof Status]?.(field) ?? true,
  );
  const status = Object.fromEntries(sound) as Partial<Status>;
  const { since } = status;
  if (since === undefined) return null;
  const whole = { ...neutral({ since }), ...status };
  return isWhole(whole) ? whole : null;
}

const isWhole = (status: Partial<Status>): status is Status =>
  Object.keys(shapes).every((name) => status[name as keyof Status] !== undefined);
