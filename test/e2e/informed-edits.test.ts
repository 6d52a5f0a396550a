/**
 * Killed with an edit or a command in flight: what the resumed agent is told of it is what is on disk, whichever way it
 * went. A hook of the person's own holds the call before it runs, or after it has run.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { pairingError } from '../../src/drill/api/pairing.ts';
import { call, type Scenario } from '../../src/drill/api/scenario.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const settings = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_CONFIRM_TIMEOUT_MS: '500',
};
const before = 'one\ntwo\nthree\n';
const after = 'one\nzwei\nthree\n';

interface Case {
  readonly name: string;
  /** Where the person's hook holds the call. */
  readonly heldBy: 'PreToolUse' | 'PostToolUse';
  readonly scenario: (file: string) => Scenario;
  /** What somebody else does to the file in the meantime. */
  readonly meanwhile?: string;
  /** What is in the file at the kill. */
  readonly onDisk: string | RegExp | null;
  readonly told: string | RegExp;
}

const write = (file: string) => call('Write', { file_path: file, content: 'new text\n' });
/** The agent edits only what it has read. */
const edit = (file: string) => call('Edit', { file_path: file, old_string: 'two', new_string: 'zwei' });
const date = (file: string) => call('Bash', { command: `date >> '${file}'`, description: 'Note the time' });

const cases: readonly Case[] = [
  {
    name: 'a Write that has not run',
    heldBy: 'PreToolUse',
    scenario: write,
    onDisk: null,
    told: 'The file was checked: not applied',
  },
  {
    name: 'a Write that has run',
    heldBy: 'PostToolUse',
    scenario: write,
    onDisk: 'new text\n',
    told: 'The file was checked: applied',
  },
  {
    name: 'a Write to a file that somebody else has written',
    heldBy: 'PreToolUse',
    scenario: write,
    meanwhile: 'something else\n',
    onDisk: 'something else\n',
    told: 'The file was checked: changed otherwise',
  },
  {
    name: 'an Edit that has not run',
    heldBy: 'PreToolUse',
    scenario: edit,
    onDisk: before,
    told: 'The file was checked: not applied',
  },
  {
    name: 'an Edit that has run',
    heldBy: 'PostToolUse',
    scenario: edit,
    onDisk: after,
    told: 'The file was checked: applied',
  },
  {
    name: 'a command that has not run',
    heldBy: 'PreToolUse',
    scenario: date,
    onDisk: null,
    told: 'Its outcome is unknown: it may have run to the end, in part or not at all',
  },
  {
    name: 'a command that has run',
    heldBy: 'PostToolUse',
    scenario: date,
    onDisk: /^.*\d.*\n$/,
    told: /it finished, but its result is not in your history|Its outcome is unknown/,
  },
];

const holding = (event: Case['heldBy']) => ({
  hooks: { [event]: [{ matcher: 'Write|Edit|Bash', hooks: [{ type: 'command', command: 'sleep 25' }] }] },
});

/** The call is on the guard's record and is being held. */
async function held({ journal, until }: Guarded, { heldBy }: Case): Promise<void> {
  const seen = () => {
    const events = journal().flatMap((entry) => ('event' in entry ? [entry.event] : []));
    return events.some(
      (event) =>
        event.type === 'tool.started' &&
        event.tool !== 'Read' &&
        (heldBy === 'PreToolUse' ||
          events.some((end) => end.type === 'tool.finished' && end.toolUseId === event.toolUseId)),
    );
  };
  await until(`the call is held by ${heldBy}`, seen);
}

const nightly = process.env.NIGHTLY !== undefined;

describe.concurrent.each(['2.1.329', '2.1.197', '2.1.42'] as const)(
  'Claude Code %s, killed in',
  (version) => {
    const quick = version === '2.1.329' ? cases.slice(0, 2) : [];
    test
      .skipIf(missing(version) || (!nightly && quick.length === 0))
      .each(nightly ? cases : quick.length > 0 ? quick : cases.slice(0, 1))('$name', async (one: Case) => {
      await onGuard({ version, settings, sandbox: { settings: holding(one.heldBy) } }, async (guarded) => {
        const { api, sandbox, terminal, submit, agentPid, until, closedIncident } = guarded;
        const file = join(sandbox.project, 'file.txt');
        const edits = typeof one.onDisk === 'string' && one.scenario === edit;
        if (edits) writeFileSync(file, before);
        if (edits) api.enqueue(call('Read', { file_path: file }));
        api.enqueue(one.scenario(file));
        await submit('please go on');
        await held(guarded, one);
        if (one.meanwhile !== undefined) writeFileSync(file, one.meanwhile);
        const pid = agentPid();
        process.kill(pid, 'SIGKILL');
        const told = () => api.turns().find((request) => lastPrompt(request).includes('interrupted'));
        await until('a resumed agent asks', () => told() !== undefined, 60_000);
        const request = told();
        const prompt = request === undefined ? '' : lastPrompt(request);

        const onDisk = existsSync(file) ? readFileSync(file, 'utf8') : null;
        if (one.onDisk instanceof RegExp) expect(onDisk).toMatch(one.onDisk);
        else expect(onDisk).toBe(one.onDisk);
        expect(prompt).toMatch(one.told);
        expect(pairingError(request?.body?.messages)).toBeNull();
        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
      });
    });
  },
);
