/**
 * Left to its own traffic, an agent starts helpers at the first prompt: a `git` that clones the plugin marketplace, and
 * on a dead line hangs without end. That is no tool: the connection is judged as if it were not there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/drill/api/scenario.ts';
import { temporaryFolder } from '../support/folder.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const limitMs = 4_000;
const darkMs = 15_000;

/** What a person has: nothing of the agent's own traffic switched off. */
const likeAPerson = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limitMs),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '6000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '5000',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '',
};

/**
 * A folder for PATH with a `git` that hangs where it should clone, with processes of its own, one of them started late.
 */
function hangingGit(): { readonly PATH: string; readonly cloned: () => boolean } {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  const script = `#!/bin/sh
case "$*" in *clone*) ;; *) exit 1 ;; esac
echo clone >> '${log}'
sleep 1.5
sh -c 'sleep 120; true' &
wait
`;
  writeFileSync(join(folder, 'git'), script, { mode: 0o755 });
  writeFileSync(log, '');
  return { PATH: `${folder}:${process.env.PATH}`, cloned: () => readFileSync(log, 'utf8') !== '' };
}

/** An answer that goes on until the helper hangs, and dies then: the helper is there for as long as somebody judges. */
const diesOnce = (hanging: () => boolean): Scenario => [
  { do: 'start' },
  { do: 'text', text: 'and so on, ', everyMs: 200, open: true, until: hanging },
  { do: 'hang' },
];

describe.each([
  '2.1.329',
  '2.1.126',
  ...(process.env.NIGHTLY === undefined ? [] : (['2.1.263'] as const)),
] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('with a helper that hangs', () => {
    test('a stream that dies in the first turn is found at its limit', async () => {
      const { PATH, cloned } = hangingGit();
      await onGuard({ version, firstParty: true, settings: { ...likeAPerson, PATH } }, async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident } = guarded;
        const pid = agentPid();
        api.enqueue(diesOnce(cloned));
        await submit('please go on');
        await terminal.waitFor(finished);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'dead-stream', outcome: 'recovered' });
        expect(Date.parse(incident.detected_at) - Date.parse(incident.began_at)).toBeLessThan(
          limitMs + 1_500,
        );
        expect(agentPid()).toBe(pid);
      });
    });

    test('a line that is lost in the first turn is noticed, told and held', async () => {
      const { PATH, cloned } = hangingGit();
      await onGuard({ version, firstParty: true, settings: { ...likeAPerson, PATH } }, async (guarded) => {
        const { api, standIn, terminal, submit, agentPid, until, status, incidents } = guarded;
        const pid = agentPid();
        api.enqueue(diesOnce(cloned));
        await submit('please go on');
        await api.waitForRequest((request) => request.faultAt !== null);
        standIn?.hold(true);
        await until('the loss is told', () => /connection lost, retrying/.test(status()?.message ?? ''));
        await sleep(darkMs);
        expect(status()?.message).toMatch(/connection lost, retrying/);
        standIn?.hold(false);
        await terminal.waitFor(finished);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(agentPid()).toBe(pid);
      });
    });
  });
});
