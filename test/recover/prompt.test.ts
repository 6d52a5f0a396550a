import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileVerdict, ToolCall } from '../../src/recover/call.ts';
import { interruptedResult } from '../../src/recover/call-advice.ts';
import {
  checkTemplate,
  defaultTemplate,
  interruptedPrompt,
  type PromptOptions,
} from '../../src/recover/prompt.ts';
import { buildSnapshot, type SnapshotFacts } from '../../src/recover/snapshot.ts';
import { facts, hostileText, noTranscript, options, toolCall } from './facts.ts';

const prompt = (changes: Partial<SnapshotFacts>, changed: Partial<PromptOptions> = {}) =>
  interruptedPrompt(buildSnapshot({ ...facts, turnRunning: true, ...changes }), { ...options, ...changed });

const call = (changes: Partial<ToolCall>): readonly ToolCall[] => [
  { toolUseId: 'toolu_1', tool: 'Bash', risk: 'command', status: 'started', ...changes },
];

const toolOf = (risk: ToolCall['risk']): ToolCall => ({
  toolUseId: '',
  tool: 'Tool',
  risk,
  status: 'started',
});

test('says that it was interrupted, when and why', () => {
  const text = prompt({});
  expect(text).toMatch(/^You were interrupted\b/);
  expect(text).toContain('2026-11-21 09:10:11 UTC');
  expect(text).toContain('the connection to the API was silent for 30 s');
  expect(text).toContain('not from the user');
});

describe('what to do about each call', () => {
  const table: [string, Partial<ToolCall>, Partial<PromptOptions>, RegExp][] = [
    ['read', { risk: 'read', tool: 'Grep' }, {}, /only reads: run it again/],
    [
      'read, not automatic',
      { risk: 'read' },
      { autoRetryReadonlyTools: false },
      /ask the user before you run it again/,
    ],
    ['command', {}, {}, /outcome is unknown.*Verify first.*ask the user before running it again/],
    [
      'command, automatic',
      {},
      { autoRetryMutations: true },
      /outcome is unknown.*Verify first.*you may run it again/,
    ],
    ['unknown tool', { risk: 'unknown' }, {}, /ask the user before running it again/],
    [
      'finished command',
      { status: 'finished' },
      {},
      /finished, but its result is not in your history.*verify what it did/,
    ],
    ['failed command', { status: 'failed' }, {}, /ended with an error.*may have had an effect/],
  ];
  test.each(table)('%s', (_title, changes, changed, expected) => {
    const text = prompt({ ledger: call(changes), transcript: noTranscript }, changed);
    expect(text.replaceAll('\n', ' ')).toMatch(expected);
  });

  const verdicts: [FileVerdict, RegExp][] = [
    ['applied', /checked: applied \(why\)\. Do not make this edit again/],
    ['not applied', /checked: not applied \(why\)\. Make the edit again/],
    ['changed otherwise', /checked: changed otherwise \(why\)\. Read the file/],
    ['cannot tell', /cannot be told \(why\)\. Read the file/],
  ];
  test.each(verdicts)('edit: %s', (verdict, expected) => {
    const edit = call({
      risk: 'edit',
      tool: 'Edit',
      file: '/p/a.ts',
      fileCheck: { verdict, evidence: 'why' },
    });
    const text = prompt({ ledger: edit });
    expect(text).toMatch(expected);
    expect(text).toContain('Edit (toolu_1) on `/p/a.ts`');
  });
});

test('the result written for an interrupted call says the same', () => {
  const [active] = buildSnapshot({ ...facts, ledger: call({}) }).active_tool_calls;
  expect(active && interruptedResult(active, options)).toMatch(
    /^\[Interrupted: it started.*outcome is unknown.*ask the user/,
  );
});

describe('if nobody is there to be asked', () => {
  const nobody = { unattended: true };
  test.each(['started', 'finished', 'failed', 'unknown'] as const)('a command that %s', (status) => {
    const text = prompt({ ledger: call({ status }), transcript: noTranscript }, nobody);
    expect(text).toMatch(
      /verify.*only if it certainly did not take effect.*cannot tell, do not run it again and say so/i,
    );
  });
  test('with auto_retry_mutations it may be run again', () => {
    const text = prompt({ ledger: call({}) }, { ...nobody, autoRetryMutations: true });
    expect(text).toContain('if it did not take effect, you may run it again');
  });
  test('nothing tells the agent to ask or to wait', () => {
    const switches = fc.record({ autoRetryReadonlyTools: fc.boolean(), autoRetryMutations: fc.boolean() });
    const calls = fc.array(fc.constantFrom(...(['read', 'edit', 'command', 'unknown'] as const)));
    fc.assert(
      fc.property(calls, fc.boolean(), switches, (risks, turnRunning, changed) => {
        const ledger = risks.map((risk, index) => ({ ...toolOf(risk), toolUseId: `toolu_${index}` }));
        const text = prompt({ ledger, turnRunning, transcript: noTranscript }, { ...nobody, ...changed });
        expect(text).not.toMatch(/\bask\b|\bwait\b/i);
        for (const active of buildSnapshot({ ...facts, ledger }).active_tool_calls)
          expect(interruptedResult(active, { ...options, ...nobody, ...changed })).not.toMatch(/\bask\b/i);
      }),
    );
  });
});

test('says so if calls could not be watched', () => {
  expect(prompt({}, { callsWatched: false })).toMatch(/could not be observed/);
  expect(prompt({})).toContain('No tool call was unfinished.');
});

test('the unfinished answer is quoted from its end, fenced by more backticks than it holds', () => {
  const text = prompt({ screenText: `${'x'.repeat(5_000)} ends with \`\`\`\`js` });
  expect(text).toMatch(/\n`{5}\n…x+ ends with `{4}js\n`{5}/);
  expect(text.length).toBeLessThan(2_500);
});

describe('template', () => {
  test('the default one is good', () => expect(checkTemplate(defaultTemplate)).toBeNull());
  const bad: [string, string, RegExp][] = [
    ['unknown placeholder', 'interrupted {{calls}} {{secret}}', /unknown placeholder \{\{secret\}\}/],
    ['prototype name', 'interrupted {{calls}} {{constructor}}', /unknown placeholder/],
    ['no "interrupted"', 'go on {{calls}}', /"interrupted"/],
    ['no calls', 'You were interrupted', /\{\{calls\}\}/],
    ['a slash command', '/clear interrupted {{calls}}', /begin with/],
    ['an option', '--resume interrupted {{calls}}', /begin with/],
    ['shell mode', '! interrupted {{calls}}', /begin with/],
    ['too long', `interrupted {{calls}}${'x'.repeat(9_000)}`, /longer/],
  ];
  test.each(bad)('%s', (_title, template, fault) => expect(checkTemplate(template)).toMatch(fault));

  test('a person’s template is filled', () => {
    const text = prompt({}, { template: 'Hello, interrupted at {{when}}.\n\n{{todos}}\n\n{{ calls }}' });
    expect(text).toBe('Hello, interrupted at 2026-11-21 09:10:11 UTC.\n\nNo tool call was unfinished.');
  });
});

test('whatever was in flight: short, honest, and nothing in it acts on a terminal', () => {
  fc.assert(
    fc.property(
      fc.array(toolCall, { maxLength: 40 }),
      hostileText,
      fc.array(fc.record({ content: hostileText, status: hostileText }), { maxLength: 30 }),
      hostileText,
      (ledger, screenText, todos, cause) => {
        const text = prompt({ ledger, screenText, cause, transcript: { ...noTranscript, todos } });
        expect(text).toMatch(/^You were interrupted\b/);
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(text).not.toMatch(/\p{Surrogate}/u);
        expect(text.length).toBeLessThan(24_000);
      },
    ),
  );
});
