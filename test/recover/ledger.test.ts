import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedLedger } from '../../src/agents/claude-code/senses/ledger-feed.ts';
import { hookEventsOf } from '../../src/agents/claude-code/versions.ts';
import { createLedger } from '../../src/recover/ledger.ts';
import { interruptedPrompt } from '../../src/recover/prompt.ts';
import { buildSnapshot } from '../../src/recover/snapshot.ts';
import { fixture } from '../support/places.ts';
import { facts, options } from './facts.ts';

const payload = (event: string, id: string | null, more: object = {}) => ({
  hook_event_name: event,
  tool_name: 'Bash',
  tool_input: { command: 'make' },
  ...(id !== null && { tool_use_id: id }),
  ...more,
});

const fold = (payloads: readonly unknown[]) => {
  const ledger = createLedger();
  for (const one of payloads) feedLedger(ledger, one);
  return ledger;
};
const statuses = (payloads: readonly unknown[]) =>
  fold(payloads)
    .calls()
    .map((call) => [call.toolUseId, call.status]);

describe('how a call ended', () => {
  test('started, finished, failed', () => {
    expect(
      statuses([
        payload('PreToolUse', 'a'),
        payload('PreToolUse', 'b'),
        payload('PreToolUse', 'c'),
        payload('PostToolUse', 'b'),
        payload('PostToolUseFailure', 'c'),
      ]),
    ).toEqual([
      ['a', 'started'],
      ['b', 'finished'],
      ['c', 'failed'],
    ]);
  });
  test('without ids: the oldest open call with the same input', () => {
    expect(
      statuses([payload('PreToolUse', null), payload('PreToolUse', null), payload('PostToolUse', null)]),
    ).toEqual([
      ['unnamed-1', 'finished'],
      ['unnamed-2', 'started'],
    ]);
  });
  test('an end without a start is ignored', () => {
    expect(statuses([payload('PostToolUse', 'a')])).toEqual([]);
  });
});

test('the end of a turn settles its calls, not those of a subagent in the background', () => {
  const ledger = fold([payload('PreToolUse', 'a'), payload('PreToolUse', 'b', { agent_id: 'sub' })]);
  ledger.endTurn();
  expect(ledger.calls().map((call) => call.toolUseId)).toEqual(['b']);
  feedLedger(ledger, { hook_event_name: 'SubagentStop', agent_id: 'sub' });
  expect(ledger.calls()).toEqual([]);
  expect(hookEventsOf(null)).toContain('SubagentStop');
});

test('the end of a turn that is read late settles no call of the next one', () => {
  const ledger = fold([payload('PreToolUse', 'a'), payload('PreToolUse', 'b')]);
  ledger.turnsEndWhere((id) => id === 'a');
  ledger.endTurn();
  expect(ledger.calls().map((call) => call.toolUseId)).toEqual(['b']);
});

test('the oldest calls make room', () => {
  const ledger = fold(Array.from({ length: 2_000 }, (_, index) => payload('PreToolUse', `id-${index}`)));
  expect(ledger.calls().length).toBe(500);
  expect(ledger.calls().at(-1)?.toolUseId).toBe('id-1999');
});

const recorded: unknown[] = ['56', '42', '197', '329'].flatMap((version) =>
  JSON.parse(readFileSync(fixture('hooks', `${version}.json`), 'utf8')),
);

test('recorded payloads leave nothing open', () => {
  const open = fold(recorded)
    .calls()
    .filter((call) => call.status === 'started');
  expect(open).toEqual([]);
});

test('any sequence of hooks gives a snapshot and a prompt', () => {
  const anyPayload = fc.oneof(fc.constantFrom(...recorded), fc.anything());
  fc.assert(
    fc.property(fc.array(anyPayload, { maxLength: 60 }), fc.option(fc.boolean()), (payloads, turnRunning) => {
      const snapshot = buildSnapshot({ ...facts, turnRunning, ledger: fold(payloads).calls() });
      expect(interruptedPrompt(snapshot, options)).toContain('interrupted');
    }),
  );
});
