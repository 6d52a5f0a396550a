/**
 * A compaction that hangs: its dead stream is cut, its own retries are left alone, an endless one is ended in place.
 */
import { describe, expect, test } from 'vitest';
import { type ApiRequest, lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { type Scenario, say } from '../../src/drill/api/scenario.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const compacts = (request: ApiRequest) =>
  /summary/i.test(lastPrompt(request)) && lastPrompt(request).length > 1_000;
const summary = say('<summary>They talked about sums.</summary>');

/** Below three exchanges the agent finds nothing to compact (2.1.197). */
async function talk({ api, terminal, submit }: Guarded): Promise<void> {
  for (const word of ['first', 'second', 'third']) {
    api.enqueue(say(`The ${word} answer.`));
    await submit(`${word} question`);
    await terminal.waitFor(`The ${word} answer.`);
  }
}

/** Each compaction gets the next of these, then a summary; everything else a healthy answer. */
function respond({ api }: Guarded, bad: readonly Scenario[]): void {
  const left = [...bad];
  api.respond((request) => (compacts(request) ? (left.shift() ?? summary) : say(finished)));
}

const actions = ({ incidents }: Guarded) =>
  incidents().flatMap((one) => one.actions.map(({ action }) => action));
const compacted = /Compacted|Conversation compacted|conversation compacted/;
const endless = faults['pings-after-start'].scenario;

const nightly = process.env.NIGHTLY !== undefined;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s, compacting', (version) => {
  const played =
    (play: (guarded: Guarded) => Promise<void>, settings: Record<string, string> = {}) =>
    () =>
      onGuard({ version, settings }, async (guarded) => {
        const pid = guarded.agentPid();
        await talk(guarded);
        await play(guarded);
        expect(guarded.agentPid()).toBe(pid);
      });

  test.skipIf(!nightly || missing(version))(
    'on a stream that dies: it is cut, and the compaction ends well',
    played(async (guarded) => {
      respond(guarded, [faults['dead-mid-text'].scenario]);
      await guarded.submit('/compact');
      await guarded.terminal.waitFor(compacted, 40_000);
      await guarded.closedIncident();
      expect(actions(guarded)).toEqual(['cut']);
    }),
  );

  test.skipIf(!nightly || missing(version))(
    'with errors of the server: the retries are its own',
    played(async (guarded) => {
      const { scenario } = faults['error-500'];
      respond(guarded, [scenario, scenario, scenario]);
      await guarded.submit('/compact');
      await guarded.terminal.waitFor(compacted, 60_000);
      expect(actions(guarded)).toEqual([]);
    }),
  );

  test.skipIf(!nightly || missing(version))(
    'without end: ended in place once, and the second time the person is asked',
    played(
      async (guarded) => {
        const { api, terminal, submit, until, incidents } = guarded;
        respond(guarded, [endless, endless, endless, endless]);
        await submit('/compact');
        await terminal.waitFor(finished, 60_000);
        expect(await guarded.closedIncident()).toMatchObject({
          class: 'stuck-compaction',
          outcome: 'recovered',
        });
        expect(actions(guarded)).toEqual(['nudge']);
        expect(api.turns().filter(compacts)).toHaveLength(1);
        const last = api.turns().at(-1);
        expect(last && lastPrompt(last)).toContain(
          'The conversation was being compacted; that did not complete.',
        );
        expect(last && lastPrompt(last)).not.toContain('/compact');
        await submit('/compact');
        await until(
          'the person is asked',
          () => incidents().some((one) => one.actions.at(-1)?.action === 'ask'),
          40_000,
        );
        expect(actions(guarded)).toEqual(['nudge', 'ask']);
        terminal.write('\x1b');
        await until('the person took over', () => incidents().every(({ outcome }) => outcome !== 'open'));
      },
      { GUARDED_CLAUDE_COMPACTION_TIMEOUT_MS: '6000', GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '20000' },
    ),
  );
});
