/**
 * How long a silence may last, by its witness and by what is waited for: a config key times a factor. This is the only
 * table of such figures; `docs/how-it-decides.md` prints it. Above the table are the figures that several rules share.
 */
import { type Config, defaults } from '../config/schema.ts';
import type { Millis } from '../events.ts';
import type { Host } from './evidence/host.ts';
import { type Lesson, limit, usualDeadlineMs } from './health.ts';

/** Bytes and hooks are reported up to this late. Two of them that are closer together have no known order. */
export const reportLagMs: Millis = 1_000;

/** Where the folder of the hooks cannot be watched, what they report is read up to this late. */
export const hookReadMs: Millis = 5_000;

/**
 * A pause between two steps of the agent may be this long. By then, more of a model's answer that had only just begun
 * has also arrived.
 */
export const settleMs: Millis = 2_000;

/** Processes are looked at every two seconds, and after a hook the request goes up at once. */
export const hookedMs: Millis = 5_000;

/** An agent obeys an interrupt within 260 ms (measured); on a busy machine it may need longer. */
export const obeysMs: Millis = 2_000;

/**
 * Smallest upward burst that counts as a request. A main request is about 50 KB (measured); a TLS ClientHello is below
 * 2 KB, and so are HTTP/2 window updates and pings.
 */
export const requestBytes = 4_096;

/**
 * A conversation is never smaller than this, because it includes the agent's own instructions and tools. The smallest
 * seen is 50 KB.
 */
export const conversationBytes = 32_768;

/**
 * No connection survives a sleep this long. Routers forget an idle connection after some minutes at the earliest;
 * servers close a silent one sooner.
 */
export const deadlySleepMs: Millis = 30_000;

type Key = keyof Config['network_resilience'] | keyof Config['recovery'];

export interface Limit {
  readonly witness: 'wire' | 'screen' | 'process' | 'hooks';
  /** What is waited for. */
  readonly state: string;
  readonly key: Key;
  readonly factor: number;
  /** One line for people. */
  readonly why: string;
  /** The lesson about the host's healthy silences that stretches it. */
  readonly learnt?: Lesson;
}

type Row = (state: string, key: Key, factor: number, why: string, learnt?: Lesson) => Limit;

const of =
  (witness: Limit['witness']): Row =>
  (state, key, factor, why, learnt) => ({ witness, state, key, factor, why, ...(learnt && { learnt }) });

const wire = of('wire');
const screen = of('screen');
const process = of('process');
const [stream, first, frozen] = [
  'stream_timeout_ms',
  'first_byte_timeout_ms',
  'frozen_ui_timeout_ms',
] as const;
const [response, compaction] = ['response_timeout_ms', 'compaction_timeout_ms'] as const;

const unbroken = 'silence may be normal for it; a stream_timeout_ms set by the person applies unchanged';
const unanswered = 'as long as a request is unanswered, whatever else was answered';
const inOnePiece =
  'some agents then ask for an answer in one piece, whose first byte comes when it is complete';
const alone = 'the next byte, if the wire is the only sense';
const twice = 'twice the agent’s own default deadline';
const hook = 'a hook of the person’s may be running; one that is seen has no limit';
const broken = 'a complete one is followed by a request at once; some hooks have no process';
const unasked = 'a first byte, if the turn may have ended before the request';
const busy = 'a prompt was taken, and no request was sent; a busy machine takes its time';
const buffered = 'a gateway may hold a whole tool input back, which looks like a dead stream';
const weaker = 'the screen is a weaker witness than the wire';
const uncounted = 'a counter that is not there yet, while the model says it is thinking';
const lost = 'the result of a tool past its own limit, none of its processes left';
const held = 'a hook of the person’s may hold the call up; the agent ends a hook after ten minutes';
const draws = 'an event loop that runs is not stuck, even if nothing moves';
const reads = 'it may read a large conversation, after its start or a command such as /resume';
const disk = 'a disk may be slow, or asleep';

export const limits = {
  midResponse: wire('the next byte of an answer', stream, 1, 'a ping is a byte', 'streamMs'),
  midResponseUnknown: wire('the same, from a host never seen to ping', first, 1, unbroken, 'streamMs'),
  handshake: wire('the TLS handshake', stream, 1, 'no thinking time'),
  firstByte: wire('the first byte of an answer', first, 1, unanswered, 'firstByteMs'),
  repeatedRequest: wire('the same, for a request that is repeated', first, 2, inOnePiece, 'firstByteMs'),
  wireAlone: wire(alone, stream, 4, 'a needless cut costs no more than an idle connection'),
  wireAloneUnknown: wire('the same, from a host never seen to ping; a first byte', first, 10, twice),
  ownStep: wire('the next request, after a step of the agent’s own', stream, 10, hook, 'streamMs'),
  restOfAnswer: wire(
    'the rest of an answer whose tool has run, no process left',
    stream,
    2,
    broken,
    'streamMs',
  ),
  ownStepUnanswered: wire(unasked, first, 10, 'the same', 'firstByteMs'),
  neverAsked: of('hooks')('the first request of a turn, no process at work', stream, 8, busy),
  screenCounter: screen('the token counter', first, 2, buffered),
  screenSet: screen('the same in mid-response, if the person has set `stream_timeout_ms`', stream, 2, weaker),
  screenWaiting: screen('the same, while the agent says that the API is silent', stream, 2, weaker),
  screenThinking: screen(uncounted, first, 6, 'a missing counter cannot stand still'),
  screenAnswered: screen('the end of a turn whose answer is over', stream, 10, hook),
  growth: screen('an answer that grows, while bytes arrive', response, 1, 'pings reset every other clock'),
  growthUncounted: screen('the same, without a counter', response, 6, 'nobody can see whether it grows'),
  frozen: process('anything drawn, the process asleep or spinning', frozen, 1, draws),
  frozenDisk: process('anything drawn, the process waiting for a disk', frozen, 30, disk),
  loading: process('an agent that has not shown itself, and computes', first, 1, reads),
  frozenUnseen: screen('anything drawn, the process computing or not seen', frozen, 3, 'one witness fewer'),
  spinning: process(
    'anything printed, one core fully used',
    frozen,
    3,
    'a healthy agent computes now and then',
  ),
  compaction: screen('the end of a compaction', compaction, 1, 'three to five minutes is normal'),
  compactionAlive: wire('the same, while its answer arrives', compaction, 3, 'it is long, not stuck'),
  tool: process(lost, 'tool_grace_ms', 1, 'without a limit of its own, or with a process, never'),
  toolHeld: process('the same, while a younger helper runs', 'tool_grace_ms', 10, held),
} satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

export function limitMs(name: LimitName, config: Config, host: Host): Millis {
  const { key, factor, learnt }: Limit = limits[name];
  const usualMs = configured(key, config, host) * factor;
  if (key !== stream && key !== first) return usualMs; // patience stretches only the limits that are about the API
  return limit(usualMs, learnt === undefined ? 0 : host.health[learnt], host); // the factor is for what is not the API
}

/** A person who raises the agent's API deadline also raises the time that its answers may take. */
function configured(
  key: Key,
  { network_resilience, recovery }: Config,
  { deadlineMs, patience }: Host,
): Millis {
  const value = (isRecoveryKey(key) ? recovery[key] : network_resilience[key]) as Millis;
  if (key !== 'response_timeout_ms') return value;
  return (deadlineMs > usualDeadlineMs ? Math.max(value, deadlineMs) : value) * patience;
}

const isRecoveryKey = (key: Key): key is keyof Config['recovery'] => key in defaults.recovery;

/** Whether a silence in mid-response is unusual for this host, or the person has set how long one may last. */
export const knowsHabits = ({ health }: Host, config: Config): boolean =>
  health.pings === true || setsStreamLimit(config);

export const setsStreamLimit = ({ network_resilience: set }: Config): boolean =>
  set.stream_timeout_ms !== defaults.network_resilience.stream_timeout_ms;

/** The table as `docs/how-it-decides.md` shows it. */
export function markdownTable(): string {
  const rows = Object.values(limits).map(
    ({ witness, state, key, factor, why }: Limit) =>
      `| ${witness} | ${state} | \`${key}\`${factor === 1 ? '' : ` × ${factor}`} | ${why} |`,
  );
  return ['| witness | waits for | limit | why |', '|---|---|---|---|', ...rows].join('\n');
}
