/**
 * Plays a journal's events through today's pure core and compares its decisions with those made then. So the journal in
 * a bug report becomes a regression test. Pure.
 */
import type { Config } from '../config/schema.ts';
import { defaults } from '../config/schema.ts';
import { step } from '../decide/machine.ts';
import { type GuardState, initialState } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Effect } from '../effects.ts';
import type { Event, Millis } from '../events.ts';
import type { JournalFile } from './journal-reader.ts';

export interface Decision {
  readonly at: Millis;
  readonly effect: Effect;
  /** Made then and now (`same`), only then (`before`), or only now. */
  readonly taken: 'same' | 'before' | 'now';
}

export interface Replay {
  readonly events: number;
  readonly decisions: readonly Decision[];
  readonly same: boolean;
  readonly final: GuardState;
  /** Where today's core could not continue from what another version of the guard wrote, and why. */
  readonly broken: { readonly at: Millis; readonly detail: string } | null;
}

/** One event with the effects that were decided on it. */
interface Turn {
  readonly event: Event;
  readonly effects: Effect[];
}

export function replay(file: JournalFile): Replay {
  const config = withDefaults(file.header.config);
  let state = stateOf(file);
  let broken: Replay['broken'] = null;
  const decisions: Decision[] = [];
  const turns = turnsOf(file);
  for (const { event, effects } of turns) {
    try {
      const result = step(state, event, config);
      state = result.state;
      decisions.push(...compare(event.at, effects, asWritten(result.effects)));
    } catch (error) {
      broken = { at: event.at, detail: error instanceof Error ? error.message : String(error) };
      break;
    }
  }
  return {
    events: turns.length,
    decisions,
    same: broken === null && decisions.every(({ taken }) => taken === 'same'),
    final: state,
    broken,
  };
}

/**
 * The state was written by code with the same type. What an older version did not write gets its initial value;
 * evidence in another format is not read at all.
 */
function stateOf({ header, checkpoint }: JournalFile): GuardState {
  const initial = initialState(header.monotonic_ms);
  const written = (checkpoint ?? {}) as Partial<GuardState>;
  return {
    ...initial,
    ...written,
    evidence: written.evidence?.clock ? completed(initial.evidence, written.evidence) : initial.evidence,
  };
}

/** Each part of the evidence with what it lacks. */
function completed(initial: Evidence, written: Evidence): Evidence {
  const parts = Object.entries({ ...initial, ...written }).map(([name, part]) => {
    const empty: unknown = initial[name as keyof Evidence];
    return [name, isPart(empty) && isPart(part) ? { ...empty, ...part } : part];
  });
  return Object.fromEntries(parts) as Evidence; // the shape of the evidence, by construction
}

const isPart = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By design, no effect comes before the first event: it would belong to an event in the previous file. */
function turnsOf(file: JournalFile): readonly Turn[] {
  const turns: Turn[] = [];
  for (const entry of file.entries) {
    if ('event' in entry) turns.push({ event: entry.event, effects: [] });
    else if ('effect' in entry) turns.at(-1)?.effects.push(entry.effect as Effect);
  }
  return turns;
}

function compare(at: Millis, before: readonly Effect[], now: readonly Effect[]): Decision[] {
  const left = now.map((effect) => ({ effect, key: JSON.stringify(effect) }));
  const decisions: Decision[] = before.map((effect) => {
    const found = left.findIndex(({ key }) => key === JSON.stringify(effect));
    if (found === -1) return { at, effect, taken: 'before' };
    left.splice(found, 1);
    return { at, effect, taken: 'same' };
  });
  return [...decisions, ...left.map(({ effect }) => ({ at, effect, taken: 'now' as const }))];
}

/** As effects come back from a file: without undefined fields. */
function asWritten(effects: readonly Effect[]): readonly Effect[] {
  return JSON.parse(JSON.stringify(effects)) as readonly Effect[];
}

/** The journal of an older guard lacks the keys that were added later. */
function withDefaults(config: Config): Config {
  const sections: Readonly<Record<string, object | undefined>> = { ...config };
  const filled = Object.entries(defaults).map(([name, keys]) => [name, { ...keys, ...sections[name] }]);
  return Object.fromEntries(filled) as Config; // the shape of the defaults, by construction
}
