/** What becomes of a prompt that was sent when the agent was ended. */
import { describe, expect, test } from 'vitest';
import { isOnRecord, relaunchPrompt, takeLostPrompt } from '../../src/act/lost-prompt.ts';
import type { Runtime } from '../../src/act/runtime.ts';
import { createSentPrompts, type SentPrompt } from '../../src/recover/sent-prompt.ts';
import type { RecoverySnapshot } from '../../src/recover/snapshot.ts';
import { createDraft } from '../../src/terminal/draft.ts';

interface World {
  readonly sent?: Partial<SentPrompt>;
  readonly typed?: string;
  readonly recorded?: boolean;
  readonly hooks?: boolean;
  readonly path?: string | null;
  readonly messages?: number | null;
  readonly calls?: number;
}

function world({ sent, typed, recorded = false, hooks = true, path = '/t.jsonl', ...more }: World): Runtime {
  const { messages = null, calls = 0 } = more;
  const prompts = createSentPrompts();
  const draft = createDraft((text) => prompts.sent({ text, id: null, taken: false, atMs: 0 }));
  if (typed !== undefined) draft.feed(Buffer.from(typed), false);
  if (sent) prompts.sent({ text: 'do it', id: null, taken: true, atMs: 0, ...sent });
  const adapter = {
    recordsPrompt: async () => recorded,
    summarizeTranscript: async () => ({ lastMessageIndex: messages }),
  };
  return {
    sent: prompts,
    draft,
    hookSource: { heard: () => hooks },
    pin: 'id',
    session: { id: 'id', transcriptPath: path, permissionMode: null },
    launch: { adapter },
    ledger: { calls: () => Array.from({ length: calls }) },
    config: { network_resilience: {} },
    snapshot: null,
  } as unknown as Runtime; // the parts that are asked
}

describe('a sent prompt', () => {
  test.each<[string, World, string | null, string]>([
    ['on record: nothing is lost', { sent: {}, typed: 'do it\r', recorded: true }, null, ''],
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
    runtime.draft.feed(Buffer.from(typed), true);
    runtime.sent.sent({ text: 'do it', id: null, taken: true, atMs: 0 });
    expect(await takeLostPrompt(runtime)).toBe('do it');
    expect(runtime.draft.text()).toBe(draft);
  });

  test('a queued message, told under the id of a recorded turn, stays in the queue', async () => {
    const runtime = world({ recorded: true });
    runtime.draft.feed(Buffer.from('do it\rnext'), true);
    runtime.sent.sent({ text: 'do it', id: 'p', taken: true, atMs: 0 });
    expect(await takeLostPrompt(runtime)).toBeNull();
    expect(runtime.draft.text()).toBe('do it\n\nnext');
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
    relaunchPrompt({ ...world({}), snapshot: snapshot(partial) }, isInterrupted, lost);

  test('nothing where nothing was cut off', () => expect(told(null, false, null)).toBeNull());
  test('of the interruption', () => expect(told(null, true, null)).toMatch(/^You were interrupted/));
  test('the lost prompt alone, where its turn left no trace', () => {
    expect(told(null, true, 'do it')).toBe('do it');
    expect(told('words', false, 'do it')).toBe('do it');
  });
  test('both, the prompt word for word', () => {
    expect(told('Some words', true, ' do\n\n\nit')).toMatch(/^You were interrupted[\s\S]*\n\n do\n\n\nit$/);
  });
});

describe('a conversation is begun anew', () => {
  test.each<[string, World, boolean]>([
    ['where no file is known', { path: null }, false],
    ['where its first prompt is not on record', { sent: {} }, false],
    ['but not where it has messages', { sent: {}, messages: 0 }, true],
    ['also where a tool ran, which the prompt tells of', { sent: {}, calls: 1 }, false],
    ['where its first prompt was typed and no hook tells', { typed: 'do it\r', hooks: false }, false],
  ])('%s', async (_name, given, onRecord) => expect(await isOnRecord(world(given))).toBe(onRecord));

  test.each([true, false])(
    'but not where it had come further, and its file is gone; hooks: %s',
    async (hooks) => {
      const runtime = world({ hooks });
      for (const text of ['do it', 'more']) runtime.sent.sent({ text, id: null, taken: hooks, atMs: 0 });
      expect(await isOnRecord(runtime)).toBe(true);
    },
  );
});
