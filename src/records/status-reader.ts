/** Reads a status file. A field that another version has not written, or has written differently, counts as unknown. */
import { readFileSync } from 'node:fs';
import { fieldsOf, isMoment, isNumber, isText, orNull, type Shape, valuesOf } from './shapes.ts';
import { type Status, sessionStates } from './status.ts';

const shapes: { readonly [Name in keyof Status]: Shape } = {
  run: isText,
  session_id: orNull(isText),
  pid: isNumber,
  start_time: isText,
  place: orNull(isText),
  started_at: isMoment,
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
  resume: orNull((value) => Array.isArray(value) && value.every(isText)),
};

/** The fields that a status may lack. */
type Optional = Exclude<keyof Status, 'run' | 'pid' | 'start_time' | 'cwd' | 'state' | 'since'>;

const neutral = ({ since }: Pick<Status, 'since'>): Pick<Status, Optional> => ({
  started_at: since,
  place: null,
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
  resume: null,
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

type Fields = { readonly [Name in keyof Status]?: unknown };

const names = Object.keys(shapes) as readonly (keyof Status)[];

const statusIn = (written: Fields): Status | null => (isSound(written) ? written : mended(written));

/** Mostly it is. Nothing is copied then, because a listing reads every run there was. */
const isSound = (written: Fields): written is Status => names.every((name) => shapes[name](written[name]));

function mended(written: Fields): Status | null {
  const { since } = written;
  if (typeof since !== 'string' || !isMoment(since)) return null;
  const sound = Object.entries(written).filter(
    ([name, field]) => shapes[name as keyof Status]?.(field) ?? true,
  );
  const status: Fields = { ...neutral({ since }), ...Object.fromEntries(sound) };
  return isSound(status) ? status : null;
}
