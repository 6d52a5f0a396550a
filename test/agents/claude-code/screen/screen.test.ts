import { describe, expect, it } from 'vitest';
import { readScreen } from '../../../../src/agents/claude-code/screen/index.ts';
import { readVersion } from '../../../../src/agents/common/versions.ts';
import type { ScreenFacts } from '../../../../src/events.ts';
import { readFrames } from '../../../support/cast.ts';

type Span = readonly [fromS: number, toS: number, facts: Partial<ScreenFacts>];

/** In every frame of a span the facts hold; frames between spans (the moment of a change) may be either. */
const recordings: readonly [string, readonly Span[]][] = [
  [
    '2.1.329 329-healthy-phases',
    [
      [1.5, 9, { activity: 'dialog', dialog: 'auto-mode' }],
      [10, 22.5, { activity: 'idle' }],
      [23.5, 37, { activity: 'busy' }], // text fills the screen: no spinner
      [37.5, 39.5, { activity: 'idle' }],
      [40.5, 55, { activity: 'busy', thinking: true }],
      [59, 78.5, { activity: 'busy', thinking: true }],
      [82, 123.5, { activity: 'busy' }],
      [124.5, 129, { activity: 'idle' }],
      [130, 149, { activity: 'tool' }],
    ],
  ],
  [
    '2.1.197 197-healthy-phases',
    [
      [3.5, 22.5, { activity: 'idle' }],
      [24, 37, { activity: 'busy' }],
      [41, 55, { activity: 'busy', thinking: true }],
      [59.5, 78.5, { activity: 'busy', thinking: true }],
      [82.5, 124, { activity: 'busy' }],
      [125, 129.5, { activity: 'idle' }],
      [131, 149, { activity: 'tool' }],
    ],
  ],
  [
    '2.1.42 42-healthy-phases',
    [
      [5, 24, { activity: 'idle' }],
      [25, 38.5, { activity: 'busy' }],
      [42, 56.5, { activity: 'busy', thinking: true }],
      [83.5, 125.5, { activity: 'busy' }],
      [126, 130.5, { activity: 'idle' }],
      [132.5, 149, { activity: 'tool' }],
    ],
  ],
  [
    '2.1.329 329-freeze-mid-text',
    [
      [4.5, 49, { activity: 'busy' }],
      [50, 80, { activity: 'waiting' }],
    ],
  ],
  [
    '2.1.329 329-firstparty-freeze-mid-text',
    [
      [30, 55.5, { activity: 'busy' }],
      [56.5, 80, { activity: 'waiting' }],
    ],
  ],
  ['2.1.329 329-freeze-no-headers', [[4, 80, { activity: 'busy' }]]],
  ['2.1.197 197-freeze-mid-text', [[6, 80, { activity: 'busy', tokens: 2 }]]],
  ['2.1.197 197-freeze-no-headers', [[5.5, 80, { activity: 'busy' }]]],
  ['2.1.42 42-freeze-mid-text', [[8.25, 80, { activity: 'busy' }]]],
  ['2.1.42 42-freeze-no-headers', [[7.5, 80, { activity: 'busy' }]]],
  [
    '1.0.56 56-freeze-mid-text',
    [
      [5, 32, { activity: 'idle' }],
      [33.5, 80, { activity: 'busy' }],
    ],
  ],
  [
    '1.0.56 56-freeze-no-headers',
    [
      [5, 32, { activity: 'idle' }],
      [33.5, 80, { activity: 'busy', tokens: 0 }],
    ],
  ],
  [
    '2.1.329 329-500-retries',
    [
      [13.5, 21, { activity: 'retrying', retry: expect.objectContaining({ attempt: 5, of: 10 }) }],
      [38.5, 48, { activity: 'retrying', retry: expect.objectContaining({ attempt: 7 }) }],
    ],
  ],
  [
    '2.1.197 197-500-retries',
    [
      [25, 32.25, { activity: 'retrying', retry: expect.objectContaining({ attempt: 5, of: 10 }) }],
      [33, 33, { activity: 'busy' }], // it says 0s while its request is under way
    ],
  ],
  [
    '2.1.329 329-529',
    [[6.75, 10, { activity: 'idle', failure: expect.objectContaining({ kind: 'overloaded' }) }]],
  ],
  [
    '2.1.329 329-400-tool-use',
    [[4.75, 10, { activity: 'idle', failure: expect.objectContaining({ kind: 'history' }) }]],
  ],
  ['2.1.329 329-usage-limit', [[6.5, 10, { activity: 'limit' }]]],
  ['2.1.197 197-usage-limit', [[6.25, 9, { activity: 'dialog', dialog: 'limit-menu' }]]],
  [
    '2.1.329 329-compaction-frozen',
    [
      [7, 11, { activity: 'idle' }],
      [12, 35, { activity: 'compacting' }],
      [36, 38, { activity: 'idle', draft: true }],
      [39, 42, { activity: 'compacting' }],
    ],
  ],
  [
    '2.1.329 329-queue-then-esc',
    [
      [6.25, 11.5, { activity: 'busy' }],
      [12.5, 16, { activity: 'busy' }],
    ],
  ],
  [
    '2.1.197 197-queue-then-esc',
    [
      [5.5, 11, { activity: 'busy' }],
      [12, 15, { activity: 'busy' }],
    ],
  ],
  ['2.1.329 329-resume-orphan', [[1.5, 4.5, { activity: 'dialog', dialog: 'auto-mode' }]]],
];

describe('recordings of the real agent', () => {
  it.each(recordings)('%s', async (title, spans) => {
    const [version = '', name = ''] = title.split(' ');
    const known = readVersion(version);
    const frames = await readFrames(name, 0.25, (view) => [readScreen(view, known), readScreen(view, null)]);
    for (const [fromS, toS, facts] of spans) {
      const inside = frames.filter(({ atS }) => atS >= fromS && atS <= toS);
      expect(inside.length, `frames from ${fromS} s to ${toS} s`).toBeGreaterThan(0);
      for (const { atS, read } of inside)
        for (const each of read) expect({ atS, ...each }).toMatchObject(facts);
    }
  });

  it('counts tokens and seconds', async () => {
    const frames = await readFrames('329-healthy-phases', 1, (view) => readScreen(view, null));
    const read = frames.map((frame) => frame.read);
    const thinking = read.filter((facts) => facts.thinking && facts.tokens !== undefined);
    expect(thinking.map((facts) => facts.tokens)).toEqual(
      thinking.map((facts) => facts.tokens).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    );
    expect(Math.max(...thinking.map((facts) => facts.tokens ?? 0))).toBeGreaterThan(400);
    expect(Math.max(...read.map((facts) => facts.elapsedS ?? 0))).toBeGreaterThan(35);
  });
});

const view = (text: string, title = '') => ({
  rows: text.split('\n'),
  cursor: { row: 0, column: 2, visible: true },
  title,
  columns: 80,
  stale: false,
});
const rule = '─'.repeat(80);
const box = (draft = '') => `${rule}\n❯ ${draft}\n${rule}\n  ? for shortcuts`;

describe('rows seen on the real agent', () => {
  it.each<[string, string, Partial<ScreenFacts>]>([
    ['a finished turn', `● Done.\n\n✻ Worked for 15s · done 3:35 AM\n\n${box()}`, { activity: 'idle' }],
    [
      'background agents',
      `✻ Waiting for 1 background agent to finish\n\n${box()}`,
      { activity: 'background' },
    ],
    [
      'retry of 2.1.42',
      `  ⎿ 401 {"type":"error"} Retrying\n    in 35 seconds… (attempt 7/10)\n\n✽ Baking… (1m 3s · ↑ 0 tokens)\n\n${box()}`,
      {
        activity: 'retrying',
        retry: { attempt: 7, of: 10, inMs: 35_000 },
        tokens: 0,
        requesting: true,
        elapsedS: 63,
      },
    ],
    [
      'one-line retry of 2.1.42',
      `  ⎿  Unable to connect to API · Retrying in 38 seconds… (attempt 7/10)\n\n✽ Baking…\n\n${box()}`,
      { activity: 'retrying', retry: { attempt: 7, of: 10, inMs: 38_000 } },
    ],
    ...(
      [
        ['✻ Overloaded · retrying in 17s · attempt 5/300', 5, 300, 17],
        ['✻ Overloaded · retrying in 2m 8s · attempt 9/300', 9, 300, 128],
        ['✻ Overloaded · retrying in 1m · attempt 8/300', 8, 300, 119],
        ['✻ Overloaded · retrying in 5m · attempt 10/300', 10, 300, 359],
        ['✻ Session limit reached · retrying in 2h (3:45pm) · attempt 1/300', 1, 300, 3 * 3600 - 1],
        ['✻ Session limit reached · retrying in 1h 2m · attempt 1/300', 1, 300, 3600 + 3 * 60 - 1],
        ['✻ Session limit reached · retrying in 1d 2h 3m 4s · attempt 1/300', 1, 300, 93_784],
        ['✻ Auto mode check unavailable · next try in 20s · attempt 1/5', 1, 5, 20],
        [
          '✻ Working at lower priority · waiting for capacity · next try in 1m 5s · attempt 2 · esc to interrupt',
          2,
          undefined,
          65,
        ],
        ['  ⎿  API Error · Retrying in 1 second… (attempt 4/10)\n\n✽ Baking…', 4, 10, 1],
        ['  ⎿  API Error · Retrying in\n     3700 seconds… (attempt 4/10)\n\n✽ Baking…', 4, 10, 3700],
      ] as const
    ).map(([rows, attempt, of, seconds]): [string, string, Partial<ScreenFacts>] => [
      `the countdown ${rows}`,
      `${rows}\n\n${box()}`,
      {
        activity: 'retrying',
        retry: { attempt, ...(of !== undefined && { of }), inMs: seconds * 1_000 },
      },
    ]),
    [
      'an MCP tool',
      `● Calling x · 1m 14s…\n\n✽ Baking… (1m 20s · ↓ 1.2k tokens)\n\n${box()}`,
      { activity: 'tool', tokens: 1200, elapsedS: 80 },
    ],
    [
      'an MCP tool of 2.1.197',
      `● I will.\n\n  Calling slow… (ctrl+o to expand)\n\n✽ Baking… (4s · ↓ 8 tokens)\n\n${box()}`,
      { activity: 'tool', tokens: 8, elapsedS: 4 },
    ],
    [
      'an MCP tool of 1.0.56, and a finished one beside it',
      `● I will.\n\n  slow - wait (MCP)(seconds: 18)\n\n● slow - wait (MCP)(seconds: 1)\n  ⎿ waited\n\n✻ Baking… (4s · ⚒ 8 tokens · esc to interrupt)\n\n${box()}`,
      { activity: 'tool', tokens: 8, elapsedS: 4 },
    ],
    [
      'a web page that is being fetched',
      `● Fetch(https://example.org)\n  ⎿  Fetching…\n\n✻ Baking… (4s · ⚒ 8 tokens · esc to interrupt)\n\n${box()}`,
      { activity: 'tool', tokens: 8, elapsedS: 4 },
    ],
    [
      'finished MCP tools of 1.0.56',
      `● slow - wait (MCP)(seconds: 1)\n  ⎿ waited\n\n✻ Baking… (4s · ⚒ 8 tokens · esc to interrupt)\n\n${box()}`,
      { activity: 'busy', tokens: 8, elapsedS: 4 },
    ],
    [
      'a call of 1.0.56 that is being received',
      `● I will run a command.\n\n✻ Baking… (4s · ⚒ 8 tokens · esc to interrupt)\n\n${box()}`,
      { activity: 'busy', tokens: 8, elapsedS: 4 },
    ],
    [
      'a command of 2.1.329 that may be over',
      `● Saying hi\n  ⎿  $ echo hi\n\n✽ Baking… (3s · ↓ 16 tokens)\n\n${box()}`,
      { activity: 'tool', command: true, tokens: 16, elapsedS: 3 },
    ],
    [
      'a command of 2.1.329 that may not have begun',
      `● I will run it.\n\n  Running 1 shell command…\n\n✽ Baking… (3s · ↓ 6 tokens)\n\n${box()}`,
      { activity: 'tool', command: true, tokens: 6, elapsedS: 3 },
    ],
    [
      'a running command of 2.1.329',
      `● Waiting · 4s\n  ⎿  $ sleep 20 (4s)\n     (ctrl+b to run in background)\n\n✽ Baking… (5s · ↓ 16 tokens)\n\n${box()}`,
      { activity: 'tool', tokens: 16, elapsedS: 5 },
    ],
    [
      'the request after a command of 2.1.197',
      `● Bash(echo hi)\n  ⎿  hi\n\n✽ Baking… (2s · ↑ 16 tokens)\n\n${box()}`,
      { activity: 'busy', requesting: true, tokens: 16, elapsedS: 2 },
    ],
    ...(
      [
        ['  ⏵⏵ accept edits on · 1 shell · esc to interrupt · ↓ to manage', 1],
        ['  2 shells, 1 monitor · esc to interrupt', 3],
        ['  ⏵⏵ accept edits on · 3 bashes · ↓ to v… Failed to install', 3],
        ['  ⏵⏵ accept edits on · 3 background tasks · esc to interrupt', undefined],
        ['  ⏵⏵ accept edits on · 1 local agent · esc to interrupt', undefined],
      ] as const
    ).map(([footer, count]): [string, string, Partial<ScreenFacts>] => [
      `the footer${footer}`,
      `✽ Baking… (2s)\n\n${rule}\n❯\n${rule}\n${footer}`,
      {
        activity: 'busy',
        elapsedS: 2,
        ...(count === undefined ? {} : { commandsInBackground: count }),
        ...(footer.includes('accept') ? { permissionMode: 'acceptEdits' } : {}),
      },
    ]),
    ...(
      [
        ['  ⏸ plan mode on (shift+tab to cycle)', 'plan'],
        [
          '  ⏸ manual mode on · ? for shortcuts · ← for agents                   ◐ medium · /effort',
          'default',
        ],
        ['  ⏵⏵ bypass permissions on (shift+tab to cycle) · esc to interrupt', 'bypassPermissions'],
        ['  ⏵⏵ auto mode on                                          ◐ medium · /effort', 'auto'],
        ['  ⏵⏵ a mode of tomorrow on', undefined],
        ['  ? for shortcuts · ← for agents', undefined],
      ] as const
    ).map(([footer, mode]): [string, string, Partial<ScreenFacts>] => [
      `the mode in the footer${footer}`,
      `✽ Baking… (2s)\n\n${rule}\n❯\n${rule}\n${footer}`,
      { activity: 'busy', elapsedS: 2, ...(mode === undefined ? {} : { permissionMode: mode }) },
    ]),
    [
      'a running hook',
      `✽ Baking… (running PreToolUse hook · 1m 10s · ↓ 20 tokens)\n\n${box()}`,
      { activity: 'tool', elapsedS: 70, tokens: 20 },
    ],
    [
      'the second retry of the newest',
      `✻ No response from the API after 3m · retrying once, waiting up to 10m\n\n${box()}`,
      { activity: 'waiting' },
    ],
    ...[
      '✻ API error · Retrying in 0s · attempt 1/10',
      '✻ Overloaded · retrying in 0s · attempt 1/300',
      '✻ Overloaded · retrying… · attempt 1/300',
      '✻ Usage limit reached · retrying… · attempt 1/300',
      '✻ Working at lower priority · waiting for capacity · next try in 0s · attempt 2 · esc to interrupt',
      '  ⎿  API Error · Retrying in 0 seconds… (attempt 4/10)\n\n✽ Baking…',
      '● Bash(make deploy)\n  ⎿  timeout, retrying in 5m (attempt 1)\n\n✽ Baking…', // the command's own
    ].map((rows): [string, string, Partial<ScreenFacts>] => [
      `a try that is under way: ${rows}`,
      `${rows}\n\n${box()}`,
      { activity: 'busy' },
    ]),
    [
      'a lost connection',
      `● Some text.\n\n● API Error: Connection lost mid-response. The response above may be incomplete.\n\n${box()}`,
      { activity: 'idle', failure: { kind: 'connection', fingerprint: expect.any(String) } },
    ],
    [
      'a connection that is lost just below what the model had said',
      `● I will run a command.\n  ⎿  API Error: The socket connection was closed unexpectedly. For more information,\n     pass it to fetch()\n\n✻ Sautéed for 0s\n\n${box()}`,
      { activity: 'idle', failure: { kind: 'connection', fingerprint: expect.any(String) } },
    ],
    [
      'a missing login',
      `❯ hi\n  ⎿  Invalid API key · Fix external API key\n\n${box()}`,
      { activity: 'idle', failure: { kind: 'person', fingerprint: expect.any(String) } },
    ],
    [
      'a permission dialog',
      `${rule}\n Bash command\n\n   rm x\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel`,
      { activity: 'dialog', dialog: 'permission' },
    ],
    [
      'the choice at a resume',
      `  This session is 13h 22m old and 761k tokens.\n\n  ❯ 1. Resume from summary (recommended)\n    2. Resume full session as-is`,
      { activity: 'dialog', dialog: 'resume-choice' },
    ],
    [
      'a question',
      ` ☐ Colour\n\nWhich colour?\n\n❯ 1. Red\n     r\n  2. Blue\n\nEnter to select · ↑/↓ to navigate · Esc to cancel`,
      { activity: 'dialog', dialog: 'question' },
    ],
    [
      'a plan to approve',
      `▔▔▔▔▔▔\n   Exit plan mode?\n\n    Claude wants to exit plan mode\n\n    ❯ 1. Yes\n      2. No`,
      { activity: 'dialog', dialog: 'question' },
    ],
    [
      'trust',
      ` Accessing workspace:\n\n Quick safety check: Is this a project you created or one you trust?\n\n ❯ No, exit\n   Yes, I trust this folder`,
      { activity: 'dialog', dialog: 'trust' },
    ],
    [
      'the list of conversations',
      `▔▔▔▔▔▔\n  Resume session\n  No sessions in this project yet\n\n  Ctrl+A to show all projects · Esc to close`,
      { activity: 'dialog', dialog: 'other' },
    ],
    [
      'a long completion list below the box',
      `${rule}\n❯ /co\n${rule}\n${'/copy     Copy the last response\n'.repeat(22)}`,
      { activity: 'idle', draft: true, draftIsCommand: true },
    ],
    [
      'a command in shell mode',
      `${rule}\n! ls\n${rule}\n  ! for shell mode`,
      { activity: 'idle', draft: true },
    ],
    [
      'a subagent in the foreground',
      `● Agent(sub)\n  ⎿  Bash(sleep 4; echo sub)\n     Running…\n     (ctrl+b to run in background)\n\n* Composing… (4s · ↓ 43 tokens)\n\n${box()}\n  ● main\n  ◯ general-purpose  sub                    4s · ↓ 102 tokens`,
      { activity: 'tool', elapsedS: 4, tokens: 43 },
    ],
    [
      'a call that waits below a running one',
      `● Bash(sleep 40)\n  ⎿  Running… (3s)\n\n● Bash(echo two)\n  ⎿  Waiting…\n\n✽ Orchestrating… (4s · ↓ 12 tokens)\n\n${box()}`,
      { activity: 'tool', elapsedS: 4, tokens: 12 },
    ],
    [
      'a call that waits alone: for a hook, or for the end of its message',
      `● Bash(echo once)\n  ⎿  Waiting…\n\n✽ Orchestrating… (4s · ↓ 12 tokens)\n\n${box()}`,
      { activity: 'tool', command: true, elapsedS: 4, tokens: 12 },
    ],
    [
      'an unknown menu',
      `  What now?\n\n  ❯ 1. This\n    2. That\n\n  Enter to confirm · Esc to cancel`,
      { activity: 'dialog', dialog: 'other' },
    ],
    [
      'a usage limit that 2.1.332 waits for',
      `● Usage limit reached · set to continue automatically at 8:15pm\n\n${box()}`,
      { activity: 'limit' },
    ],
    [
      'a usage limit that is reached again',
      `● Usage limit reached again · set to continue automatically at 8:15pm\n\n${box()}`,
      { activity: 'limit' },
    ],
    ['nothing known', 'some\noutput', { activity: 'unknown' }],
  ])('%s', (_, text, facts) => {
    expect(readScreen(view(text), null)).toEqual(facts);
  });
});

describe('the transcript view, which shows the conversation without a box', () => {
  const shown = (rows: string, footer: string, title: string) =>
    readScreen({ ...view(`${rows}\n\n${rule}\n${footer}`), title }, null);
  const conversations = [
    '\n❯ write a story\n\n● Once upon a time',
    '● The footer says "esc to interrupt" while it works.',
    '● Press Enter to continue.',
    '● It asked:\n\n Do you want to proceed?\n ❯ 1. Yes',
    '✻ Baking… (3s · ↓ 12 tokens)',
  ];
  const footer = '  Showing detailed transcript · ctrl+o to toggle · ctrl+e to show all';

  it.each(conversations)('while a turn runs, shows only that it does: %j', (rows) => {
    const works = { activity: 'dialog', dialog: 'transcript', works: true };
    expect(shown(rows, footer, '⠂ Claude Code')).toEqual(works);
    expect(shown(rows, `  working · ${footer.trim()}`, '')).toEqual(works); // 2.1.332
  });

  it.each(conversations)('while nothing says so, shows nothing: %j', (rows) => {
    const panel = { activity: 'dialog', dialog: 'transcript' };
    expect(shown(rows, `${footer}                                 verbose`, '✳ Claude Code')).toEqual(panel);
  });
});

it('a prompt in the conversation is no menu, nor are words above a panel a footer', () => {
  const rows = '● One.\n\n❯ the next prompt\n\n● The footer said "esc to interrupt".';
  expect(readScreen(view(rows), null)).toEqual({ activity: 'unknown' });
});

describe('what stays on the screen after a crash', () => {
  const report = `
  ERROR  The "path" property must be of type string, got object

 -     at normalize (unknown)
 - eX (/$bunfs/root/src/entrypoints/cli.js:470:20749)
 - map (native:1:11)
^[[?1;2c`;

  it('is a crash once the agent has given up its input box', () => {
    expect(readScreen({ ...view(report), bracketedPaste: false }, null)).toEqual({ activity: 'crashed' });
  });

  it.each([
    ['an agent that is still there', view(report), true],
    ['a terminal of unknown state', view(report), undefined],
    ['an agent that is still starting', view('$ claude'), false],
    ['an editor with these words in it', { ...view(report), alternate: true }, false],
    ['an error without a place', view('  ERROR  no space left\n\n - see above'), false],
  ])('%s: none', (_, seen, bracketedPaste) => {
    expect(readScreen({ ...seen, ...(bracketedPaste !== undefined && { bracketedPaste }) }, null)).toEqual({
      activity: 'unknown',
    });
  });
});

describe('words in the wrong place mean nothing', () => {
  it('a count of shells above the box is not a running command', () => {
    const facts = readScreen(view(`● Listed.\n  · 2 shells · x\n\n✽ Baking… (2s)\n\n${box()}`), null);
    expect(facts).toEqual({ activity: 'busy', elapsedS: 2 });
  });

  it.each([
    [
      'an error that the agent quotes',
      `● The log says:\n\n  API Error: Connection lost mid-response.\n\n  so the network was down.\n\n${box()}`,
    ],
    [
      'an error before the last answer',
      `● API Error: Connection lost mid-response.\n\n❯ go on\n\n● Done.\n\n${box()}`,
    ],
    ['an error that a tool has printed', `● Bash(curl x)\n  ⎿  API Error: Connection lost.\n\n${box()}`],
    ['a spinner in code', `● Like this:\n\n    ✻ Baking… (10s · esc to interrupt)\n\n${box()}`],
    ['a retry in a list', `● Steps:\n\n  * retrying in 3 seconds… (attempt 1/10)\n\n${box()}`],
  ])('%s', (_, text) => {
    expect(readScreen(view(text), null)).toEqual({ activity: 'idle' });
  });

  it('reads a menu in the conversation as text', () => {
    expect(readScreen(view(`● Choose:\n\n  ❯ 1. Yes\n  Do you want to proceed?\n\n${box()}`), null)).toEqual({
      activity: 'idle',
    });
  });
});

describe('the input box', () => {
  it.each([
    ['', undefined],
    ['Try "how do I log an error?"', undefined],
    ['fix the bug', true],
    ['[Pasted text #1 +40 lines]', true],
  ])('with %j', (text, draft) => {
    expect(readScreen(view(box(text)), null).draft).toBe(draft);
  });

  it.each([
    ['/compact', true],
    ['/compact keep the names', true],
    ['/usr/bin is empty', undefined],
    ['compact it', undefined],
  ])('tells a command: %j', (text, command) => {
    expect(readScreen(view(box(text)), null).draftIsCommand).toBe(command);
  });

  it('takes faint text for a placeholder', () => {
    const drawn = view(box('run the tests next'));
    const faint = {
      ...drawn,
      plainRow: (row: number) => drawn.rows[row]?.replace('run the tests next', '') ?? '',
    };
    expect(readScreen(faint, null).draft).toBe(undefined);
  });

  it('is never called free on a garbled screen', () => {
    expect(readScreen({ ...view(box()), stale: true }, null)).toEqual({ activity: 'unknown' });
  });
});
