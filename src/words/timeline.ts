/**
 * What happened around an incident, in one line per event, from its journal. Frequent facts (output, bytes, samples)
 * are left out; the screen counts only when it changes. Pure.
 */
import type { Event, Observation } from '../events.ts';
import type { JournalFile } from '../records/journal-reader.ts';
import { createWallClock, type WallClock } from '../records/wall-clock.ts';

export interface TimelineLine {
  /** Unix milliseconds. */
  readonly wallMs: number;
  /** The sense that saw it, or `guard` for what was judged and done. */
  readonly sense: string;
  readonly text: string;
}

type Line = readonly [sense: string, text: string] | null;
type Words = { readonly [T in Observation['type']]: (event: Extract<Observation, { type: T }>) => Line };

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const words: Words = {
  tick: () => null,
  output: () => null,
  input: ({ kind }) =>
    kind === 'interrupt' || kind === 'escape'
      ? ['terminal', `the person pressed ${kind === 'escape' ? 'Esc' : 'Ctrl+C'}`]
      : null,
  'agent.sample': () => null,
  'connection.bytes': () => null,
  'host.known': () => null,
  'clock.gap': (e) => [
    'clock',
    e.cause === 'slept'
      ? `the machine slept for ${seconds(e.gapMs)}`
      : `the guard was stalled for ${seconds(e.gapMs)}`,
  ],
  'agent.started': (e) => ['process', `the agent started (pid ${e.pid}${e.resumed ? ', resumed' : ''})`],
  'agent.exited': (e) => ['process', `the agent ended (${e.signal ?? `exit code ${e.code}`})`],
  'input.blocked': (e) => ['terminal', `the agent does not read its input (${e.pendingBytes} bytes wait)`],
  'input.drained': () => ['terminal', 'the agent reads its input again'],
  'terminal.blocked': () => ['terminal', 'the terminal takes no output'],
  'terminal.drained': () => ['terminal', 'the terminal takes output again'],
  'terminal.suspended': () => ['terminal', 'suspended by the person'],
  'terminal.continued': () => ['terminal', 'continued by the person'],
  'terminal.lent': () => ['terminal', 'lent to another process, such as an editor'],
  'terminal.returned': () => ['terminal', 'the agent’s again'],
  'program-status': (e) => ['program status', `says ${e.state}${e.kind === undefined ? '' : ` (${e.kind})`}`],
  screen: (e) => [
    'screen',
    `shows ${e.facts.activity}${e.facts.failure === undefined ? '' : `, error: ${e.facts.failure.kind}`}`,
  ],
  session: (e) => ['session', `is ${e.sessionId}`],
  'session.ended': (e) => ['session', `ended (${e.reason})`],
  'permission.mode': (e) => ['mode', `is ${e.mode}`],
  'turn.started': () => ['hooks', 'a turn begins'],
  'turn.ended': (e) => [
    'hooks',
    e.failure === undefined ? 'the turn ends' : `the turn ends in failure: ${e.failure}`,
  ],
  'request.sent': () => ['transcript', 'a request is sent'],
  'failure.recorded': (e) => ['transcript', `a failure is recorded: ${e.failure}`],
  'retry.recorded': (e) => ['transcript', `the agent will try again by itself in ${seconds(e.inMs)}`],
  'prompt.recorded': () => null,
  'answer.recorded': (e) => (e.cutShort ? ['transcript', 'the answer on record has no end'] : null),
  'tool.started': (e) => [e.recorded ? 'transcript' : 'hooks', `tool ${e.tool} starts`],
  'tool.finished': (e) => [e.recorded ? 'transcript' : 'hooks', `the tool ${e.ok ? 'finishes' : 'fails'}`],
  'subagent.ended': () => ['hooks', 'a subagent ends'],
  'compaction.finished': () => ['hooks', 'compaction ends'],
  'person.needed': (e) => ['hooks', `a person is needed: ${e.why}`],
  interrupted: () => ['transcript', 'the person stopped the turn'],
  'connection.opened': (e) => ['tunnel', `connection ${e.id} to ${e.host} opens`],
  'connection.closed': (e) => ['tunnel', `connection ${e.id} ends (by the ${e.by}, ${e.cause})`],
  'connection.waiting': (e) => [
    'tunnel',
    `connection ${e.id} to ${e.host} waits: ${e.cause}, attempt ${e.attempt}${e.of === null ? '' : `/${e.of}`}`,
  ],
  'connection.failed': (e) => ['tunnel', `connection ${e.id} to ${e.host} failed: ${e.cause}`],
  'network.probed': (e) => [
    'network',
    e.reachable ? 'the API host can be reached' : 'the API host cannot be reached',
  ],
  'network.changed': () => ['network', 'interfaces changed'],
  'guard.signalled': (e) => ['guard', `told to end by ${e.signal}`],
  'cut.done': (e) => ['guard', `${e.count} connection${e.count === 1 ? '' : 's'} cut`],
  'nudge.done': (e) => ['guard', `nudge: ${e.outcome}`],
  'choose.done': (e) => ['guard', e.ok ? 'a menu was answered' : 'the menu could not be answered'],
  'stop.refused': (e) => ['guard', `the agent is not stopped: ${e.detail}`],
  'stop.done': (e) => [
    'guard',
    e.left === 0
      ? 'the agent and its children are gone'
      : `${e.left} ${e.left === 1 ? 'process is' : 'processes are'} left`,
  ],
  saved: (e) => [
    'guard',
    e.ok ? 'what the agent works on is saved' : `the recovery snapshot could not be saved: ${e.detail ?? ''}`,
  ],
  repaired: (e) => [
    'guard',
    e.ok
      ? `transcript: ${e.repairs} repair${e.repairs === 1 ? '' : 's'}`
      : `the transcript could not be repaired: ${e.detail ?? ''}`,
  ],
  'launch.failed': (e) => ['guard', `the agent could not be started: ${e.detail}`],
  'relaunch.impossible': (e) => ['guard', `no other agent can go on: ${e.detail}`],
  delivered: () => ['output', 'the whole answer has been delivered'],
  'host.asked': () => ['input', 'the host sends a prompt'],
  command: (e) => ['person', `asks for: ${e.command}`],
  'sensor.failed': (e) => ['guard', `sense ${e.sensor} is lost: ${e.detail}`],
};

function describeEvent(event: Event): Line {
  // The table has exactly one function per event type, for that type's event. A newer guard may know more types.
  const inWords = words[event.type] as ((event: Event) => Line) | undefined;
  return inWords?.(event) ?? null;
}

/** Lines from `fromMs` to `toMs` (Unix milliseconds); consecutive repetitions appear once. */
export function timeline(files: readonly JournalFile[], fromMs: number, toMs: number): TimelineLine[] {
  const lines: TimelineLine[] = [];
  const last = new Map<string, string>();
  const [first] = files;
  if (first === undefined) return lines;
  const wallClock = createWallClock(first.header.wall_ms - first.header.monotonic_ms);
  for (const { entries } of files) {
    for (const entry of entries) {
      if ('event' in entry) learnFrom(entry.event, wallClock);
      const wallMs = wallClock.of(entry.at);
      const told = 'event' in entry ? describeEvent(entry.event) : describeDecision(entry);
      if (told === null) continue;
      const [sense, text] = told;
      const repeated = last.get(sense) === text;
      last.set(sense, text);
      if (!repeated && wallMs >= fromMs && wallMs <= toMs) lines.push({ wallMs, sense, text });
    }
  }
  return lines;
}

/** A sleep is reported just before the tick that shows the new time. */
function learnFrom(event: Event, clock: WallClock): void {
  if (event.type === 'clock.gap' && event.cause === 'slept')
    clock.learn(event.at, clock.offsetMs() + event.gapMs);
  else if (event.type === 'tick' && event.wallMs !== undefined)
    clock.learn(event.at, event.wallMs - event.at);
}

function describeDecision(entry: { readonly verdict: object } | { readonly effect: object }): Line {
  if ('verdict' in entry) {
    const { class: name, because } = entry.verdict as { class?: unknown; because?: unknown };
    return ['guard', `judges ${String(name)}${Array.isArray(because) ? `: ${because.join('; ')}` : ''}`];
  }
  const { type, ...rest } = entry.effect as Record<string, unknown>;
  if (['incident', 'title', 'notify'].includes(String(type))) return null; // shown elsewhere
  const detail = [rest.why, rest.cause].find((value) => typeof value === 'string');
  return ['guard', `does: ${String(type)}${detail === undefined ? '' : ` (${String(detail)})`}`];
}
