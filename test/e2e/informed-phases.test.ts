/**
 * The agent killed in every phase of a turn: the resumed request, as the API sees it, is well-formed, holds the
 * history, and tells the truth about what was in flight. What was seen is in docs/informed-recovery.md.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type ApiRequest, lastPrompt } from '../../src/drill/api/api.ts';
import { type FaultName, faults } from '../../src/drill/api/faults.ts';
import { pairingError } from '../../src/drill/api/pairing.ts';
import { call, type Scenario, say } from '../../src/drill/api/scenario.ts';
import type { JournalEntry } from '../../src/records/journal.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing, type RealVersion } from '../support/real-agent.ts';

/** No cure but the relaunch after the kill may come in between. */
const patient = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_CONFIRM_TIMEOUT_MS: '500',
};
/** From the fault to the kill: what has arrived is drawn, and a tool that is to run has run. */
const settleMs = 1_500;

/** What is known of the call in flight: `none`, or what the prompt says of it. */
type Told = 'none' | 'started' | 'finished' | 'unknown' | 'recorded';

interface Phase {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** How often the command has run when the agent is killed, by version. */
  readonly ran?: (version: RealVersion) => number;
  readonly told: (version: RealVersion) => Told;
  /** Which request of the conversation the kill waits for. */
  readonly request?: number;
}

const trace = { command: 'echo ran >> trace.txt', description: 'Leave a trace' };
const slow = {
  command: 'echo ran >> trace.txt; for i in 1 2 3 4 5 6 7 8 9; do sleep 7; done',
  description: 'Leave a trace, and wait',
};
const deadAfterTool: Scenario = [
  { do: 'start' },
  { do: 'text', text: 'I will run a command. ' },
  { do: 'tool', name: 'Bash', input: trace },
  { do: 'hang' },
];
/** Versions that run a call while its message is still open, with no trace of it on disk. */
const eager = (version: RealVersion) => version === '2.1.329' || version === '2.1.197';
const dead = (fault: FaultName): Phase => ({
  name: fault,
  scenarios: [faults[fault].scenario],
  told: () => 'none',
});

const phases: readonly Phase[] = [
  dead('no-headers'),
  dead('start-only'),
  dead('dead-mid-text'),
  dead('dead-mid-thinking'),
  dead('dead-mid-tool-input'),
  {
    name: 'tool call complete, message open',
    scenarios: [deadAfterTool],
    ran: (version) => (eager(version) ? 1 : 0),
    told: (version) => (eager(version) ? 'finished' : 'unknown'),
  },
  {
    name: 'during the tool',
    scenarios: [call('Bash', slow)],
    ran: () => 1,
    // 1.0.56 takes no hooks from us: nobody sees the call start.
    told: (version) => (version === '1.0.56' ? 'unknown' : 'started'),
  },
  {
    name: 'after the tool, before the next answer',
    scenarios: [call('Bash', trace), faults['start-only'].scenario],
    request: 2,
    ran: () => 1,
    told: () => 'recorded',
  },
];

const messages = (request: ApiRequest | undefined) => JSON.stringify(request?.body?.messages ?? []);

/** The session that a request names, by header or in its metadata. */
function sessionOf({ headers, body }: ApiRequest): string | null {
  const named = headers['x-claude-code-session-id'];
  if (typeof named === 'string') return named;
  return (
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(JSON.stringify(body?.metadata ?? ''))?.[0] ?? null
  );
}

const isTold = (journal: readonly JournalEntry[], type: string): boolean =>
  journal.some((entry) => 'event' in entry && entry.event.type === type);

function traces({ sandbox }: Guarded): number {
  const path = join(sandbox.project, 'trace.txt');
  return existsSync(path) ? readFileSync(path, 'utf8').split('ran\n').length - 1 : 0;
}

/** Kills the agent in the phase, and waits until the conversation has been taken up. @returns the resumed request */
async function killIn(guarded: Guarded, version: RealVersion, phase: Phase): Promise<ApiRequest> {
  const { api, submit, agentPid, until, journal } = guarded;
  api.enqueue(say('The sum is forty-two.'), ...phase.scenarios);
  await submit('what is the sum');
  await guarded.terminal.waitFor('The sum is forty-two.');
  await sleep(1_000);
  await submit('please go on');
  const wanted = 1 + (phase.request ?? 1);
  const turn = await api.waitForRequest((request) => api.turns()[wanted - 1] === request);
  if (wanted === 2 && phase.ran?.(version) === 1) await until('the command runs', () => traces(guarded) > 0);
  else await api.waitForRequest((request) => request === turn && request.faultAt !== null);
  if (phase.told(version) === 'unknown')
    await until('the call is on record', () => isTold(journal(), 'tool.started'));
  await sleep(settleMs);
  const before = agentPid();
  const made = api.turns().length;
  process.kill(before, 'SIGKILL');
  const told = () =>
    api
      .turns()
      .slice(made)
      .find((request) => lastPrompt(request).includes('interrupted'));
  await until('a resumed agent asks', () => told() !== undefined, 60_000);
  expect(agentPid()).not.toBe(before);
  return told() as ApiRequest;
}

interface Rest {
  readonly name: string;
  readonly isThere: (guarded: Guarded) => boolean;
}
const atPrompt: Rest = { name: 'at its prompt', isThere: ({ status }) => status()?.state === 'idle' };
/** Its hooks may still run, and its box is not free yet. */
const atEnd: Rest = {
  name: 'as its turn ends',
  isThere: ({ journal }) => isTold(journal(), 'turn.ended'),
};

const versions = ['2.1.329', '2.1.197', '2.1.42', '1.0.56'] as const;
const nightly = process.env.NIGHTLY !== undefined;
/** What runs each time, on the newest version. */
const always = ['during the tool'];

describe.concurrent.each(versions)('Claude Code %s, killed', (version) => {
  const runs = nightly || version === '2.1.329';
  test
    .skipIf(!runs || missing(version))
    .each(nightly ? phases : phases.filter(({ name }) => always.includes(name)))(
    '$name',
    async (phase: Phase) => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { terminal, closedIncident, status, until } = guarded;
        const request = await killIn(guarded, version, phase);
        const prompt = lastPrompt(request);

        expect(pairingError(request.body?.messages)).toBeNull();
        expect(messages(request)).toContain('The sum is forty-two.');
        expect(messages(request).split('please go on')).toHaveLength(2);

        const told = phase.told(version);
        expect(traces(guarded)).toBe(phase.ran?.(version) ?? 0);
        if (told === 'none' || told === 'recorded') expect(prompt).toContain('No tool call was unfinished.');
        else expect(prompt).toContain('echo ran >> trace.txt');
        if (told === 'recorded') expect(messages(request)).toContain('tool_result');
        if (told === 'started') expect(prompt).toContain('it started, and its end was not seen');
        if (told === 'finished')
          expect(prompt).toContain('it finished, but its result is not in your history');
        if (told === 'unknown') expect(prompt).toContain('no sign of its start was seen');

        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
        // 1.0.x goes on under a new id: the guard follows.
        await until('the session is followed', () => status()?.session_id === sessionOf(request), 15_000);
      });
    },
  );

  test.skipIf(!nightly || missing(version)).each(version === '1.0.56' ? [atPrompt] : [atPrompt, atEnd])(
    '$name: resumed, and nothing is sent',
    async ({ name, isThere }) => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { api, terminal, submit, agentPid, status, until, closedIncident } = guarded;
        api.enqueue(say('The sum is forty-two.'));
        await submit('what is the sum');
        await terminal.waitFor('The sum is forty-two.');
        await until(name, () => isThere(guarded));
        const before = agentPid();
        process.kill(before, 'SIGKILL');
        await until(
          'another agent runs',
          () => ![before, null, undefined].includes(status()?.agent_pid),
          60_000,
        );
        await closedIncident();
        await sleep(2_000);
        expect(api.turns()).toHaveLength(1);
        await submit('and twice that');
        await terminal.waitFor(finished);
        const last = api.turns().find((request) => lastPrompt(request).includes('and twice that'));
        expect(pairingError(last?.body?.messages)).toBeNull();
        expect(messages(last)).toContain('The sum is forty-two.');
        expect(messages(last)).not.toContain('interrupted');
      });
    },
  );
});
