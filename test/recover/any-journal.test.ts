/** Wherever a session breaks off, there is a snapshot of it and a prompt for the next agent. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { cutOffPhase } from '../../src/decide/cut-off.ts';
import { step } from '../../src/decide/machine.ts';
import { type GuardState, initialState } from '../../src/decide/state.ts';
import type { Event } from '../../src/events.ts';
import { readJournalFile } from '../../src/records/journal-reader.ts';
import { createLedger } from '../../src/recover/ledger.ts';
import { interruptedPrompt } from '../../src/recover/prompt.ts';
import { buildSnapshot } from '../../src/recover/snapshot.ts';
import { causeWords } from '../../src/words/cause.ts';
import { fixture } from '../support/places.ts';
import { facts, options } from './facts.ts';

const folder = fixture('journals');
const journals = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.jsonl'),
);
const eventsOf = (name: string): readonly Event[] =>
  readJournalFile(join(folder, name))?.entries.flatMap((entry) => ('event' in entry ? [entry.event] : [])) ??
  [];

/** What a guard knows after these events: its state, and the calls that hooks have reported. */
function after(events: readonly Event[]) {
  const ledger = createLedger();
  let state: GuardState = initialState(0);
  for (const event of events) {
    state = step(state, event, defaults).state;
    const call = { subagent: null, fingerprint: '' };
    if (event.type === 'tool.started' && !event.recorded)
      ledger.report({ ...call, ...event, phase: 'started', before: null });
    if (event.type === 'tool.finished')
      ledger.report({ ...call, ...event, tool: '', phase: event.ok ? 'finished' : 'failed' });
    if (event.type === 'turn.ended') ledger.endTurn();
  }
  return { state, ledger };
}

/** Calls that these events leave open, derived from the events alone. */
function openCalls(events: readonly Event[]): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'tool.started' && !event.recorded) open.set(event.toolUseId, event.tool);
    if (event.type === 'tool.finished') open.delete(event.toolUseId);
    if (event.type === 'turn.ended') open.clear();
  }
  return open;
}

test('any prefix of any journal gives a snapshot and a prompt', () => {
  const phases = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...journals),
      fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant('in a tool' as const)),
      fc.constantFrom('agent-gone', 'failed-turn', 'dead-stream', 'a cause that nobody knows'),
      fc.constantFrom('nudge' as const, 'relaunch' as const),
      (name, share, cause, rung) => {
        const events = eventsOf(name);
        const tool = events.findIndex(({ type }) => type === 'tool.started');
        const length = share === 'in a tool' ? tool + 1 : Math.round(share * events.length);
        const { state, ledger } = after(events.slice(0, length));
        const phase = cutOffPhase(state, cause);
        const snapshot = buildSnapshot({
          ...facts,
          cause: causeWords(cause).headline,
          compacting: phase === 'compacting',
          turnRunning: phase !== 'between_turns',
          ledger: ledger.calls(),
        });
        phases.add(snapshot.disconnect_phase);
        const open = openCalls(events.slice(0, length));
        expect(snapshot.active_tool_calls.map((call) => call.tool_use_id).sort()).toEqual(
          [...open.keys()].sort(),
        );
        if (open.size > 0) expect(snapshot.disconnect_phase).toBe('tool_execution');
        else expect(snapshot.disconnect_phase).not.toBe('tool_execution');
        if (name.includes('-idle-') && cause === 'agent-gone')
          expect(snapshot.disconnect_phase).toBe('between_turns');
        const prompt = interruptedPrompt(snapshot, { ...options, rung });
        expect(prompt).toMatch(/^You were interrupted\b/);
        for (const tool of open.values()) expect(prompt).toContain(tool);
        expect(prompt.includes('No tool call was unfinished.')).toBe(open.size === 0);
      },
    ),
    { numRuns: 300 },
  );
  expect([...phases].sort()).toEqual(
    expect.arrayContaining(['between_turns', 'streaming', 'tool_execution']),
  );
});
