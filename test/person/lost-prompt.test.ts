/** What becomes of a prompt that was sent when the agent was ended. */
import { describe, expect, test } from 'vitest';
import type { SentPrompt } from '../../src/agents/contract/conversation.ts';
import { noSession, type Runtime } from '../../src/guard/runtime.ts';
import { relaunchPrompt } from '../../src/guard/start/relaunch-prompt.ts';
import { createDraft } from '../../src/person/draft.ts';
import { takeLostPrompt } from '../../src/person/lost-prompt.ts';
import { createSentPrompts } from '../../src/person/sent-prompt.ts';
import type { RecoverySnapshot } from '../../src/recover/snapshot.ts';
import { reads, tokensOf, typedOneByOne } from '../support/keys.ts';

interface World {
  readonly sent?: Partial<SentPrompt>;
  readonly typed?: string;
  /** What of it is on record. */
  readonly recorded?: (prompt: SentPrompt) => boolean;
  readonly hooks?: boolean;
  readonly path?: string | null;
}

function world({ sent, typed, recorded = () => false, hooks = true, path = '/t.jsonl' }: World): Runtime {
  const prompts = createSentPrompts();
  const draft = createDraft((text) => prompts.sent({ text, id: null, taken: false, atMs: 0 }));
  for (const tokens of typed?.includes('\x1b') ? reads(...typed.split(/(?=\r)/)) : typedOneByOne(typed ?? ''))
    draft.feed(tokens, false, 0);
  if (sent) prompts.sent({ text: 'do it', id: null, taken: true, atMs: 0, ...sent });
  return {
    sent: prompts,
    draft,
    hookSource: { heard: () => hooks },
    recordsCallsFirst: false,
    session: { ...noSession, id: 'id', transcriptPath: path },
    launch: {
      adapter: { recordsPrompt: async (_path: string, prompt: SentPrompt) => recorded(prompt) },
      invocation: { prompt: null },
    },
    config: { network_resilience: {} },
    snapshot: null,
  } as unknown as Runtime; // the parts that are asked
}

describe('a sent prompt', () => {
  test.each<[string, World, string | null, string]>([
    ['on record: nothing is lost', { sent: {}, typed: 'do it\r', recorded: () => true }, null, ''],
    ['taken, not on record: the next agent gets it', { sent: {}, typed: 'do it\r' }, 'do it', ''],
    ['without a file', { sent: {}, path: null }, 'do it', ''],
    ['of many lines, verbatim', { sent: { text: 'a\n\n  b' } }, 'a\n\n  b', ''],
    ['a command: back into the box', { sent: { text: '/review it' } }, null, '/review it'],
    ['for the shell: back into the box', { sent: { text: '!date' } }, null, '!date'],
    ['too long for an argument', { sent: { text: 'x'.repeat(200_000) } }, null, 'x'.repeat(200_000)],
    ['typed, and no hook to say so: exactly known', { typed: 'do it\r', hooks: false }, 'do it', ''],
    ['typed, and the hook has not said so', { typed: 'do it\r' }, null, 'do it'],
    ['typed with keys whose effect is unknown', { typed: 'do\x1b[D it\r', hooks: false }, null, 'do it'],
    ['none, and a draft', { typed: 'a draft' }, null, 'a draft'],
    ['and a draft after it', { sent: {}, typed: 'do it\rnext' }, 'do it', 'next'],
  ])('%s', async (_name, given, prompt, draft) => {
    const runtime = world(given);
    expect(await takeLostPrompt(runtime)).toBe(prompt);
    expect(runtime.draft.text()).toBe(draft);
    expect(await takeLostPrompt(runtime)).toBeNull(); // never twice
  });

  test.each([
    ['the last thing typed', 'do it\r', ''],
    ['and something was queued after it', 'do it\rand that\r', 'and that'],
  ])('taken, though it looked as if it were for the queue: %s', async (_name, typed, draft) => {
    const runtime = world({});
    runtime.draft.feed(tokensOf(typed), true, 0);
    runtime.sent.sent({ text: 'do it', id: null, taken: true, atMs: 0 });
    expect(await takeLostPrompt(runtime)).toBe('do it');
    expect(runtime.draft.text()).toBe(draft);
  });

  test('a queued message, told under the id of a recorded turn, stays in the queue', async () => {
    const runtime = world({ recorded: ({ id }) => id === 'p' });
    runtime.draft.feed(tokensOf('do it\rnext'), true, 0);
    runtime.sent.sent({ text: 'do it', id: 'p', taken: true, atMs: 0 });
    expect(await takeLostPrompt(runtime)).toBeNull();
    expect(runtime.draft.text()).toBe('do it\n\nnext');
  });

  test('what looked as if it were for the queue, and is on record since, is not given back', async () => {
    const runtime = world({ recorded: ({ text, atMs, taken }) => text === 'do it' && atMs === 7 && !taken });
    runtime.draft.feed(tokensOf('do it\rand that\r'), true, 7);
    expect(await takeLostPrompt(runtime)).toBeNull();
    expect(runtime.draft.text()).toBe('and that');
  });

  test('of the same words twice, one record takes one', async () => {
    const runtime = world({ recorded: () => true });
    runtime.draft.feed(tokensOf('yes\ryes\r'), true, 0);
    expect(await takeLostPrompt(runtime)).toBeNull();
    expect(runtime.draft.text()).toBe('yes');
  });

  test('that the person stopped is not taken up again', async () => {
    const runtime = world({ sent: {} });
    runtime.sent.settle();
    expect(await takeLostPrompt(runtime)).toBeNull();
  });
});

describe('the next agent is told', () => {
  const snapshot = (partial: string | null): RecoverySnapshot => ({
    session_id: 'id',
    disconnect_phase: 'streaming',
    active_tool_calls: [],
    partial_response_text: partial,
    last_committed_message_index: null,
    last_file_checkpoint: null,
    pending_todos: [],
    cause: 'The connection died',
    agent_version: null,
    written_at: '2026-11-01T12:00:00Z',
  });
  const told = (partial: string | null, isInterrupted: boolean, lost: string | null) =>
    relaunchPrompt({ ...world({}), snapshot: snapshot(partial) }, isInterrupted, lost, true);

  test('nothing where nothing was cut off', () => expect(told(null, false, null)).toBeNull());
  test('of the interruption', () => expect(told(null, true, null)).toMatch(/^You were interrupted/));
  test('the lost prompt alone, where its turn left no trace', () => {
    expect(told(null, true, 'do it')).toBe('do it');
    expect(told('words', false, 'do it')).toBe('do it');
  });
  test('both, the prompt word for word', () => {
    expect(told('Some words', true, ' do\n\n\nit')).toMatch(/^You were interrupted[\s\S]*\n\n do\n\n\nit$/);
  });

  describe('where nothing is on record', () => {
    const anew = (hooks: boolean, partial: string | null, asked: string | null, lost: string | null) => {
      const runtime = world({ hooks });
      const launch = { ...runtime.launch, invocation: { ...runtime.launch.invocation, prompt: asked } };
      return relaunchPrompt({ ...runtime, launch, snapshot: snapshot(partial) }, true, lost, false);
    };
    const both = /^You were interrupted[\s\S]*nothing of the conversation had been recorded[\s\S]*\n\ndo it$/;

    test('the prompt alone, where hooks have told of no call', () => {
      expect(anew(true, null, 'do it', null)).toBe('do it');
      expect(anew(true, null, null, 'do it')).toBe('do it');
    });
    test('of the interruption, where an answer had begun', () =>
      expect(anew(true, 'Some words', 'do it', null)).toMatch(both));
    test('of calls that nobody could see', () => {
      expect(anew(false, null, 'do it', null)).toMatch(both);
      expect(anew(false, null, null, 'do it')).toMatch(/could not be observed/);
    });
    test('nothing where nothing was asked', () => expect(anew(false, null, null, null)).toBeNull());
  });
});
