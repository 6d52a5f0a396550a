/**
 * How long a silence may last, by who is its witness and what is waited for: a key of the configuration times a factor.
 * The one table of such figures; it is printed in `docs/how-it-decides.md`.
 */
import { type Config, defaults } from '../config/schema.ts';
import type { Millis } from '../events.ts';
import type { Host } from './evidence/host.ts';
import { type Lesson, limit, usualDeadlineMs } from './health.ts';

type Key = keyof Config['network_resilience'] | keyof Config['recovery'];

export interface Limit {
  readonly witness: 'wire' | 'screen' | 'process' | 'hooks';
  /** What is waited for. */
  readonly state: string;
  readonly key: Key;
  readonly factor: number;
  /** What was learnt of the host's healthy silences stretches it. */
  readonly learnt?: Lesson;
  /** The patience of a turn that was cut stretches it, up to the agent's own deadline. */
  readonly patient?: true;
  /** One line for people. */
  readonly why: string;
}

export const limits = {
  midResponse: {
    witness: 'wire',
    state: 'the next byte of an answer',
    key: 'stream_timeout_ms',
    factor: 1,
    learnt: 'streamMs',
    patient: true,
    why: 'a ping is a byte',
  },
  midResponseUnknown: {
    witness: 'wire',
    state: 'the same, of a host never heard to ping',
    key: 'first_byte_timeout_ms',
    factor: 1,
    learnt: 'streamMs',
    patient: true,
    why: 'it has broken no habit; a stream_timeout_ms that the person has set holds as it is',
  },
  handshake: {
    witness: 'wire',
    state: 'the TLS handshake',
    key: 'stream_timeout_ms',
    factor: 1,
    patient: true,
    why: 'no thinking time',
  },
  firstByte: {
    witness: 'wire',
    state: 'the first byte of an answer',
    key: 'first_byte_timeout_ms',
    factor: 1,
    learnt: 'firstByteMs',
    patient: true,
    why: 'while a request is unanswered, whatever was answered beside it',
  },
  ownStep: {
    witness: 'wire',
    state: 'the next request, after a step of the agent’s own',
    key: 'stream_timeout_ms',
    factor: 10,
    learnt: 'streamMs',
    patient: true,
    why: 'a hook of the person’s may be at work; one that is seen has all the time it takes',
  },
  ownStepUnanswered: {
    witness: 'wire',
    state: 'a first byte, where the turn may have ended before the request',
    key: 'first_byte_timeout_ms',
    factor: 10,
    learnt: 'firstByteMs',
    patient: true,
    why: 'the same',
  },
  neverAsked: {
    witness: 'hooks',
    state: 'the first request of a turn, no process at work',
    key: 'stream_timeout_ms',
    factor: 8,
    patient: true,
    why: 'a prompt was taken, and nothing was asked; a busy machine takes its time',
  },
  screenMidText: {
    witness: 'screen',
    state: 'the token counter, in mid-response',
    key: 'stream_timeout_ms',
    factor: 2,
    patient: true,
    why: 'the screen is a weaker witness than the wire',
  },
  screenFirstByte: {
    witness: 'screen',
    state: 'the token counter, before the first word',
    key: 'first_byte_timeout_ms',
    factor: 2,
    patient: true,
    why: 'the same; and for a model that says that it thinks',
  },
  screenThinking: {
    witness: 'screen',
    state: 'a counter that is not there yet, of a model that says that it thinks',
    key: 'first_byte_timeout_ms',
    factor: 6,
    patient: true,
    why: 'it cannot stand still',
  },
  growth: {
    witness: 'screen',
    state: 'an answer that grows, while bytes arrive',
    key: 'response_timeout_ms',
    factor: 1,
    why: 'pings feed every other clock',
  },
  growthUncounted: {
    witness: 'screen',
    state: 'the same, without a counter',
    key: 'response_timeout_ms',
    factor: 6,
    why: 'nobody can see whether it grows',
  },
  frozen: {
    witness: 'process',
    state: 'anything drawn, the process asleep or spinning',
    key: 'frozen_ui_timeout_ms',
    factor: 1,
    why: 'a working agent draws several times a second',
  },
  frozenUnseen: {
    witness: 'screen',
    state: 'anything drawn, without a look at the process',
    key: 'frozen_ui_timeout_ms',
    factor: 3,
    why: 'one witness less',
  },
  spinning: {
    witness: 'process',
    state: 'anything printed, one core fully used',
    key: 'frozen_ui_timeout_ms',
    factor: 3,
    why: 'a healthy agent computes now and then',
  },
  compaction: {
    witness: 'screen',
    state: 'the end of a compaction',
    key: 'compaction_timeout_ms',
    factor: 1,
    why: 'three to five minutes are ordinary',
  },
  compactionAlive: {
    witness: 'wire',
    state: 'the same, while its answer arrives',
    key: 'compaction_timeout_ms',
    factor: 3,
    why: 'it is long, not stuck',
  },
  tool: {
    witness: 'process',
    state: 'the result of a tool past its own limit, no process of it left',
    key: 'tool_grace_ms',
    factor: 1,
    why: 'without a limit of its own, or with a process, never',
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

export function limitMs(name: LimitName, config: Config, host: Host): Millis {
  const { key, factor, learnt, patient }: Limit = limits[name];
  const usualMs = configured(key, config, host) * factor;
  if (!patient) return usualMs;
  return limit(usualMs, learnt === undefined ? 0 : host.health[learnt] * factor, host);
}

/** A person who grants the API more than the usual time grants it to its answers, too. */
function configured(
  key: Key,
  { network_resilience, recovery }: Config,
  { deadlineMs, patience }: Host,
): Millis {
  const value = { ...network_resilience, ...recovery }[key] as Millis;
  if (key !== 'response_timeout_ms') return value;
  return (deadlineMs > usualDeadlineMs ? Math.max(value, deadlineMs) : value) * patience;
}

/** Whether a silence in mid-response breaks a habit of this host, or the person has said what to make of it. */
export function knowsHabits({ health }: Host, { network_resilience: set }: Config): boolean {
  return health.pings === true || set.stream_timeout_ms !== defaults.network_resilience.stream_timeout_ms;
}

/** The table for the documents. */
export function printed(): string {
  const rows = Object.values(limits).map(
    ({ witness, state, key, factor, why }: Limit) =>
      `| ${witness} | ${state} | \`${key}\`${factor === 1 ? '' : ` × ${factor}`} | ${why} |`,
  );
  return ['| witness | waits for | limit | why |', '|---|---|---|---|', ...rows].join('\n');
}
