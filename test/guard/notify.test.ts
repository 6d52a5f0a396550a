import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createNotifier, terminalNotification } from '../../src/guard/notify.ts';
import type { IncidentRecord } from '../../src/records/incidents.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';

const incident: IncidentRecord = {
  id: 'r1-1',
  run: 'r1',
  session_id: 's',
  agent_version: null,
  class: 'dead-stream',
  began_at: '2026-01-01T00:00:00.000Z',
  detected_at: '2026-01-01T00:00:30.000Z',
  ended_at: null,
  evidence: [],
  actions: [],
  outcome: 'open',
};

function start(
  config: { bell?: boolean; desktop?: boolean; on_incident?: string | null },
  env: Record<string, string> = {},
  isResumable = true,
) {
  const written: string[] = [];
  const failures: string[] = [];
  const notifier = createNotifier({
    agentName: 'Some Agent',
    isResumable: () => isResumable,
    config: { bell: false, desktop: false, on_incident: null, ...config },
    env: { PATH: process.env.PATH, ...env },
    write: (bytes) => void written.push(bytes),
    onFailure: (detail) => void failures.push(detail),
  });
  return { ...notifier, written, failures };
}

describe('in the terminal', () => {
  test.each([
    [{ TERM: 'xterm-kitty' }, '\x1b]99;i=guard:d=0;T\x1b\\\x1b]99;i=guard:p=body;B\x1b\\'],
    [{ TERM: 'foot' }, '\x1b]777;notify;T;B\x1b\\'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, '\x1b]777;notify;T;B\x1b\\'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, '\x1b]9;T: B\x1b\\'],
    [
      { TERM: 'tmux-256color', TMUX: '/x,1,0', LC_TERMINAL: 'iTerm2' },
      '\x1bPtmux;\x1b\x1b]9;T: B\x1b\x1b\\\x1b\\',
    ],
    [{ TERM: 'tmux-256color', TMUX: '/x,1,0', TERM_PROGRAM: 'tmux' }, null],
    [{ TERM: 'screen', STY: '1.x', LC_TERMINAL: 'iTerm2' }, null],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }, null],
    [{}, null],
  ])('%j', (env, sequence) => {
    expect(terminalNotification('T', 'B', env)).toBe(sequence);
  });

  test('words cannot leave the sequence', () => {
    expect(terminalNotification('a\x1b\\;b', 'c\x07', { TERM: 'foot' })).toBe(
      '\x1b]777;notify;a \\,b;c\x1b\\',
    );
  });
});

test('each occasion of an incident is notified once', () => {
  const { notify, written } = start({ bell: true, desktop: true }, { TERM: 'foot' });
  notify('blocked', incident, incident.class);
  notify('blocked', { ...incident, outcome: 'gave_up' }, 'frozen-ui');
  notify('recovered', incident, incident.class);
  notify('blocked', { ...incident, id: 'r1-2' }, 'memory-runaway');
  expect(written).toHaveLength(3);
  expect(written[0]).toMatch(/Some Agent needs you;Connection lost\.\x1b\\\x07$/);
  expect(written[2]).toContain('The agent used up the memory.');
});

test.each([
  [true, 'Connection lost. The session can be resumed by hand.'],
  [false, 'Connection lost.'],
])('a stop (something can be resumed: %s)', (isResumable, body) => {
  const { notify, written } = start({ desktop: true }, { TERM: 'foot' }, isResumable);
  notify('gave-up', incident, incident.class);
  expect(written).toEqual([`\x1b]777;notify;Some Agent has stopped;${body}\x1b\\`]);
});

test('switched off is silent', async () => {
  const { notify, written, settle } = start({}, { TERM: 'foot' });
  notify('blocked', incident, incident.class);
  await settle(1_000);
  expect(written.join('')).toBe('');
});

test("the person's command gets the incident as JSON and the person's environment", async () => {
  const folder = temporaryFolder();
  const { notify, settle, failures } = start(
    { on_incident: 'cat > "$OUT"; echo " $OUT" >> "$OUT"' },
    { OUT: join(folder, 'seen') },
  );
  notify('gave-up', incident, incident.class);
  await settle(20_000);
  const [json, more] = readFileSync(join(folder, 'seen'), 'utf8').split(' /');
  expect(JSON.parse(json ?? '')).toEqual(incident);
  expect(`/${more}`).toBe(`${join(folder, 'seen')}\n`);
  expect(failures).toEqual([]);
});

test('a command that fails is reported; one that does not read its input does no harm', async () => {
  const { notify, settle, failures } = start({ on_incident: 'exit 3 # password' });
  notify('gave-up', incident, incident.class);
  await settle(20_000);
  await vi.waitFor(() => expect(failures).toEqual(['on_incident: exit code 3']), {
    timeout: 10_000,
  });
});

test('a hanging command does not hold anything up', async () => {
  const { notify, settle } = start({ on_incident: 'sleep 3' });
  const before = performance.now();
  notify('gave-up', incident, incident.class);
  expect(performance.now() - before).toBeLessThan(100);
  await settle(50);
  expect(performance.now() - before).toBeLessThan(2_500);
});

test.runIf(process.platform === 'linux')(
  'the desktop is used only if the terminal cannot show the notification',
  async () => {
    const folder = temporaryFolder();
    const seen = join(folder, 'seen');
    writeScript(join(folder, 'notify-send'), `#!/bin/sh\necho "$@" > ${seen}\n`);
    const env = { PATH: `${folder}:${process.env.PATH}`, DISPLAY: ':0' };
    const withTerminal = start({ desktop: true }, { ...env, TERM: 'foot' });
    withTerminal.notify('blocked', incident, incident.class);
    await withTerminal.settle(5_000);
    const remote = start({ desktop: true }, { ...env, SSH_CONNECTION: 'x' });
    remote.notify('blocked', incident, incident.class);
    await remote.settle(5_000);
    expect(existsSync(seen)).toBe(false);
    const desktop = start({ desktop: true }, env);
    desktop.notify('recovered', incident, incident.class);
    await desktop.settle(20_000);
    expect(readFileSync(seen, 'utf8')).toBe(
      '--app-name=guarded-claude Some Agent carries on Recovered from a lost connection.\n',
    );
  },
);
