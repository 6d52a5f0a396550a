import { describe, expect, test } from 'vitest';
import { shellCommand } from '../../src/platform/shell-words.ts';
import { displayWidth } from '../../src/words/columns.ts';
import { noticeText } from '../../src/words/notice.ts';
import { type TerminalStyle, terminalStyle } from '../../src/words/terminal-style.ts';

const style = (changes: Partial<TerminalStyle> = {}): TerminalStyle => ({
  columns: 80,
  unicode: true,
  colour: false,
  control: true,
  ...changes,
});
const context = (changes: Partial<TerminalStyle> = {}) => ({
  sessionId: 'abc',
  resumeCommand: "guarded-claude --model 'opus 5' --resume abc",
  leftRunning: [],
  mended: [],
  style: style(changes),
});
const erase = '\r\x1b[J';

describe('notices', () => {
  test('the connection is lost: what happened, and that nothing else is', () => {
    expect(noticeText({ kind: 'stopped', cause: 'dead-stream' }, context())).toBe(
      `${erase}\r\nConnection lost. Your session has been saved.\r\n`,
    );
    expect(noticeText({ kind: 'stopped', cause: 'new-class' }, { ...context(), sessionId: null })).toBe(
      `${erase}\r\nThe agent was stuck (new-class).\r\n`,
    );
  });

  test('what was changed in the conversation is said in one line', () => {
    const mended = [
      { found: 'one record holds a NUL character', done: 'replaced by ␀' },
      { found: '2 records hold empty texts', done: 'left out' },
    ];
    expect(noticeText({ kind: 'stopped', cause: 'broken-history' }, { ...context(), mended })).toContain(
      'Repaired in your conversation: one record holds a NUL character (replaced by',
    );
  });

  test('what keeps running without the agent is named, up to three', () => {
    const leftRunning = ['tmux (11)', 'node (12)', 'claude (13)', 'sleep (14)', 'sleep (15)'];
    const text = noticeText({ kind: 'stopped', cause: 'agent-gone' }, { ...context(), leftRunning });
    expect(text.replaceAll('\r\n', ' ')).toContain('tmux (11), node (12), claude (13) and 2 more.');
    expect(text).not.toContain('sleep');
  });

  test('waiting lines replace each other; without cursor control they follow each other', () => {
    const offline = { kind: 'offline', attempt: 3, nextInMs: 3_200 } as const;
    expect(noticeText(offline, context())).toBe(
      `${erase}Waiting for the network (attempt 3, next in 4 s) · Ctrl+C to leave`,
    );
    expect(noticeText(offline, context({ control: false }))).toMatch(/^Waiting.*leave\r\n$/);
    expect(noticeText({ kind: 'resuming', attempt: 1, of: 5 }, context())).toBe(
      `${erase}Resuming your session (attempt 1/5) …\r\n`,
    );
  });

  test.each([20, 40, 80, 200])('a waiting line never wraps (%i columns)', (columns) => {
    const text = noticeText({ kind: 'offline', attempt: 12, nextInMs: 30_000 }, context({ columns }));
    expect(displayWidth(text.replace(erase, ''))).toBeLessThan(columns);
  });

  test('giving up: what happened, the session, the exact command on a line of its own, no control characters', () => {
    const detail = `no proof that the relaunch helped \x1b[2J${'word '.repeat(30)}`;
    const text = noticeText({ kind: 'gave-up', cause: 'frozen-ui', detail }, context({ columns: 40 }));
    const lines = text.replace(erase, '').split('\r\n');
    expect(lines).toEqual(expect.arrayContaining(['The agent froze.', 'Session: abc', 'To go on:']));
    expect(lines).toContain("  guarded-claude --model 'opus 5' --resume abc");
    expect(text.replace(erase, '')).not.toContain('\x1b');
    for (const line of lines.slice(0, -5)) expect(displayWidth(line)).toBeLessThan(40);
  });

  test('colour only when wanted; plain ASCII when the locale is not UTF-8', () => {
    const notice = { kind: 'gave-up', cause: 'frozen-ui', detail: 'x' } as const;
    expect(noticeText(notice, context({ colour: true }))).toContain('\x1b[31mThe agent froze.\x1b[0m');
    const ascii = noticeText({ kind: 'resuming', attempt: 1, of: 5 }, context({ unicode: false }));
    expect(ascii).toBe(`${erase}Resuming your session (attempt 1/5) ...\r\n`);
    const offline = noticeText(
      { kind: 'offline', attempt: 1, nextInMs: 1 },
      context({ unicode: false, columns: 30 }),
    );
    expect([...offline].every((character) => character <= '\x7f')).toBe(true);
  });
});

test.each([
  [{ LANG: 'en_US.UTF-8', TERM: 'xterm' }, true, { unicode: true, colour: true, control: true }],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C', TERM: 'xterm' }, true, { unicode: false }],
  [
    { LC_CTYPE: 'C.utf8', TERM: 'xterm', NO_COLOR: '1' },
    true,
    { unicode: true, colour: false, control: true },
  ],
  [{ TERM: 'dumb' }, true, { colour: false, control: false }],
  [{ TERM: 'xterm', NO_COLOR: '' }, true, { colour: true }],
  [{ TERM: 'xterm', COLUMNS: '132' }, false, { colour: false, control: false, columns: 132 }],
])('terminal style of %j', (env, isTTY, expected) => {
  expect(terminalStyle(env, { isTTY })).toMatchObject(expected);
});

test('a command is quoted for the shell', () => {
  expect(shellCommand(['claude', '--resume', 'a-b', "it's", '', '$x'])).toBe(
    `claude --resume a-b 'it'\\''s' '' '$x'`,
  );
});
