/** The next agent continues a host's dialogue with its agent, and the host notices nothing. */
import { describe, expect, test } from 'vitest';
import { controlProtocol } from '../../src/agents/claude-code/senses/control.ts';
import { createDialogue, type Dialogue } from '../../src/print/dialogue.ts';

const asks = (id: string, subtype: string, more: object = {}) => ({
  type: 'control_request',
  request_id: id,
  request: { subtype, ...more },
});
const answers = (id: string) => ({
  type: 'control_response',
  response: { subtype: 'success', request_id: id },
});
const refuses = (id: string) => ({
  type: 'control_response',
  response: { subtype: 'error', request_id: id, error: 'no' },
});
const none = { begins: false, ends: false };
const begins = { begins: true, ends: false };
const ends = { begins: false, ends: true };
const init = { type: 'system', subtype: 'init' };
const result = { type: 'result' };

const host = (dialogue: Dialogue, record: unknown) =>
  dialogue.fromHost(record, Buffer.from(JSON.stringify(record)));
const agent = (dialogue: Dialogue, record: unknown, marks = none) => dialogue.fromAgent(record, marks);
const said = (lines: readonly Buffer[]) => lines.map((line) => JSON.parse(line.toString()));

/** A host that has begun a turn. */
function inTurn(waits: boolean[] = []): Dialogue {
  const dialogue = createDialogue(controlProtocol, (awaitsPerson) => waits.push(awaitsPerson));
  host(dialogue, asks('h1', 'initialize', { hooks: {} }));
  agent(dialogue, answers('h1'));
  agent(dialogue, init, begins);
  return dialogue;
}

describe('the next agent', () => {
  test('answers an interrupt whose turn has ended, and stops no other turn', () => {
    const dialogue = inTurn();
    host(dialogue, asks('h2', 'interrupt'));
    agent(dialogue, result, ends);
    agent(dialogue, init, begins);
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h2']);
    expect(dialogue.onceBegun()).toEqual([]);
    expect(agent(dialogue, answers('h2'))).toBe(true);
    expect(dialogue.isInTurn).toBe(true);
  });

  test('answers each of two interrupts, and only the latest stops the turn', () => {
    const dialogue = inTurn();
    host(dialogue, asks('h2', 'interrupt'));
    host(dialogue, asks('h3', 'interrupt'));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h2']);
    expect(said(dialogue.onceBegun())).toEqual([asks('h3', 'interrupt')]);
    for (const id of ['h2', 'h3']) expect(agent(dialogue, answers(id))).toBe(true);
  });

  test('is initialized like the one before, and the host gets no second answer', () => {
    const dialogue = inTurn();
    dialogue.agentGone();
    expect(said(dialogue.opening())).toEqual([asks('h1', 'initialize', { hooks: {} })]);
    expect(agent(dialogue, answers('h1'))).toBe(false);
    expect(agent(dialogue, answers('h1'))).toBe(true); // nobody asked it a third time
  });

  test('answers what the one before had not answered, even the very first request', () => {
    const dialogue = createDialogue(controlProtocol);
    host(dialogue, asks('h1', 'initialize'));
    host(dialogue, asks('h2', 'mcp_status'));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h2']);
    expect([agent(dialogue, answers('h1')), agent(dialogue, answers('h2'))]).toEqual([true, true]);
  });

  test('gets the settings of the one before: the latest of each kind, in the order of the requests', () => {
    const dialogue = inTurn();
    for (const [id, record] of [
      ['h2', asks('h2', 'set_model', { model: 'a' })],
      ['h3', asks('h3', 'set_permission_mode', { mode: 'plan' })],
      ['h4', asks('h4', 'set_model', { model: 'b' })],
      ['h5', asks('h5', 'mcp_toggle', { serverName: 'x' })],
      ['h6', asks('h6', 'mcp_toggle', { serverName: 'y' })],
      ['h9', asks('h9', 'register_repo_root', { directory: '/one' })],
      ['h10', asks('h10', 'register_repo_root', { directory: '/two' })],
      ['h7', asks('h7', 'get_usage')],
    ] as const) {
      host(dialogue, record);
      agent(dialogue, answers(id));
    }
    host(dialogue, asks('h8', 'set_model', { model: 'c' }));
    host(dialogue, { type: 'control_cancel_request', request_id: 'h8' });
    dialogue.agentGone();
    const ids = said(dialogue.opening()).map(({ request_id }) => request_id);
    expect(ids).toEqual(['h1', 'h3', 'h4', 'h5', 'h6', 'h9', 'h10']);
    expect(ids.map((id) => agent(dialogue, answers(id)))).toEqual(ids.map(() => false));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(ids);
  });

  test('gets each key of the settings that the one before has merged, in the order of the requests', () => {
    const dialogue = inTurn();
    for (const [id, settings] of [
      ['h2', { permissions: { deny: ['Bash'] }, model: 'a' }],
      ['h3', { effortLevel: 'low' }],
      ['h4', { effortLevel: 'high' }],
      ['h5', { model: null }],
      ['h6', {}],
    ] as const) {
      host(dialogue, asks(id, 'apply_flag_settings', { settings }));
      agent(dialogue, answers(id));
    }
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h2', 'h4', 'h5']);
    host(dialogue, asks('h7', 'apply_flag_settings', { settings: { permissions: {} } }));
    agent(dialogue, answers('h7'));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h4', 'h5', 'h7']);
  });

  test('gets no setting that the one before has refused, but the one that holds', () => {
    const dialogue = inTurn();
    host(dialogue, asks('h2', 'set_permission_mode', { mode: 'plan' }));
    agent(dialogue, answers('h2'));
    host(dialogue, asks('h3', 'set_permission_mode', { mode: 'bypassPermissions' }));
    host(dialogue, asks('h4', 'initialize'));
    expect([agent(dialogue, refuses('h3')), agent(dialogue, refuses('h4'))]).toEqual([true, true]);
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h2']);
  });

  test('finds on disk what the one before has written to a settings file', () => {
    const dialogue = inTurn();
    host(
      dialogue,
      asks('h2', 'update_settings', { source: 'localSettings', settings: { outputStyle: 'a' } }),
    );
    agent(dialogue, answers('h2'));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1']);
  });

  test('does not begin a turn that the host has seen begin, but begins the one after it', () => {
    const dialogue = inTurn();
    dialogue.agentGone();
    expect(agent(dialogue, init, begins)).toBe(false);
    expect(agent(dialogue, result, ends)).toBe(true);
    expect(agent(dialogue, init, begins)).toBe(true);
  });

  test.each([
    ['not answered', false],
    ['answered', true],
  ])('is stopped like the one before once it has begun the turn: %s', (_name, isAnswered) => {
    const dialogue = inTurn();
    host(dialogue, asks('h2', 'interrupt'));
    if (isAnswered) agent(dialogue, answers('h2'));
    dialogue.agentGone();
    expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1']);
    expect(said(dialogue.onceBegun())).toEqual([asks('h2', 'interrupt')]);
    expect(agent(dialogue, answers('h2'))).toBe(!isAnswered);
    agent(dialogue, result, ends);
    dialogue.agentGone();
    expect(dialogue.onceBegun()).toEqual([]);
  });

  test.each([
    ['answered', true],
    ['not answered', false],
  ])('stops no turn for what was to be stopped while none ran: %s', (_name, isAnswered) => {
    const dialogue = inTurn();
    agent(dialogue, result, ends);
    host(dialogue, asks('h2', 'interrupt'));
    if (isAnswered) {
      agent(dialogue, answers('h2'));
      agent(dialogue, init, begins); // the next turn is a healthy one
    }
    dialogue.agentGone();
    const ids = said(dialogue.opening()).map(({ request_id }) => request_id);
    expect(ids).toEqual(isAnswered ? ['h1'] : ['h1', 'h2']);
    expect(dialogue.onceBegun()).toEqual([]);
  });
});

test('a request that acts is not made twice: the host is told that its outcome is unknown', () => {
  const dialogue = inTurn();
  host(dialogue, asks('h2', 'mcp_call', { server: 'mail', tool: 'send' }));
  host(dialogue, asks('h3', 'submit_feedback', { description: 'good' }));
  agent(dialogue, answers('h3'));
  host(dialogue, asks('h4', 'get_usage'));
  expect(dialogue.agentGone()).toEqual([
    {
      type: 'control_response',
      response: { subtype: 'error', request_id: 'h2', error: expect.stringContaining('unknown') },
    },
  ]);
  expect(said(dialogue.opening()).map(({ request_id }) => request_id)).toEqual(['h1', 'h4']);
  expect(dialogue.agentGone()).toEqual([]);
});

describe('a request of an agent that is gone', () => {
  test('is withdrawn, and a late answer is dropped', () => {
    const waits: boolean[] = [];
    const dialogue = inTurn(waits);
    agent(dialogue, asks('a1', 'can_use_tool'));
    agent(dialogue, asks('a2', 'hook_callback'));
    host(dialogue, answers('a2'));
    agent(dialogue, asks('a3', 'mcp_message'));
    expect(waits).toEqual([true]);
    expect(dialogue.agentGone()).toEqual(
      ['a1', 'a3'].map((id) => ({ type: 'control_cancel_request', request_id: id })),
    );
    expect(waits).toEqual([true, false]);
    expect(host(dialogue, answers('a1'))).toBe(false);
    expect(host(dialogue, answers('a3'))).toBe(false);
    agent(dialogue, asks('a4', 'can_use_tool'));
    expect(host(dialogue, answers('a4'))).toBe(true);
    expect(dialogue.agentGone()).toEqual([]);
  });

  test('is not withdrawn if the agent has withdrawn it itself', () => {
    const waits: boolean[] = [];
    const dialogue = inTurn(waits);
    agent(dialogue, asks('a1', 'can_use_tool'));
    agent(dialogue, { type: 'control_cancel_request', request_id: 'a1' });
    expect([dialogue.agentGone(), waits]).toEqual([[], [true, false]]);
  });
});

test.each([
  { type: 'control_request', request: { subtype: 'initialize' } },
  { type: 'control_request', request_id: 'h1', request: null },
  { type: 'control_response', answer: 'h1' },
  { type: 'control_cancel_request' },
])('%j is in no known form: it goes through, and is not forgotten', (record) => {
  const dialogue = createDialogue(controlProtocol);
  expect([host(dialogue, record), dialogue.unknown]).toEqual([true, expect.any(String)]);
});

test.each([
  ['do_as_never_before', /do_as_never_before/],
  ['a name that contains the person’s words', /^(?!.*person)/],
])('a request that is not known may hold: it goes through, and is not forgotten: %s', (name, shown) => {
  const dialogue = createDialogue(controlProtocol);
  expect([host(dialogue, asks('h1', name)), dialogue.unknown]).toEqual([true, expect.stringMatching(shown)]);
});

test('an agent’s unknown request is withdrawn like any other', () => {
  const dialogue = inTurn();
  agent(dialogue, asks('a1', 'ask_as_never_before'));
  expect([dialogue.unknown, dialogue.agentGone()]).toEqual([
    null,
    [{ type: 'control_cancel_request', request_id: 'a1' }],
  ]);
});
