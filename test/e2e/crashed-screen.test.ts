/**
 * The model has called a tool with a path that is no text. Some versions cannot draw that when the conversation is
 * resumed: their screen crashes, the process lives on, and the terminal is left as it was before them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import { onGuard } from '../support/guarded.ts';
import { missing, type RealVersion } from '../support/real-agent.ts';

const session = '0d0b1c1e-0000-4000-8000-00000000c4a5';
const versions: readonly RealVersion[] = ['2.1.197', '2.1.38'];

const fileIn = ({ configDir, project }: Sandbox) =>
  join(configDir, 'projects', project.replace(/[^a-zA-Z0-9]/g, '-'), `${session}.jsonl`);

function write(sandbox: Sandbox, version: string): void {
  const record = (number: number, type: string, content: unknown) => ({
    parentUuid: number === 1 ? null : uuid(number - 1),
    ...{ isSidechain: false, userType: 'external', cwd: sandbox.project, sessionId: session, version },
    gitBranch: '',
    type,
    message: { role: type, content, ...(type === 'assistant' && answer(number)) },
    uuid: uuid(number),
    timestamp: `2026-11-28T12:00:0${number}.000Z`,
  });
  const uuid = (number: number) => `b1000000-0000-4000-8000-00000000000${number}`;
  const answer = (number: number) => ({ id: `msg_${number}`, type: 'message', model: 'claude-sonnet-4-5' });
  const call = { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: {} } };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'no such file', is_error: true };
  const records = [
    record(1, 'user', 'read the facts'),
    record(2, 'assistant', [call]),
    record(3, 'user', [result]),
    record(4, 'assistant', [{ type: 'text', text: 'There are no facts.' }]),
  ];
  mkdirSync(dirname(fileIn(sandbox)), { recursive: true });
  writeFileSync(fileIn(sandbox), records.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

test.each(versions.filter((version) => !missing(version)))(
  'Claude Code %s: a conversation that it cannot show is repaired, and shown',
  async (version) => {
    const options = {
      version,
      args: ['--resume', session],
      agentVariables(sandbox: Sandbox) {
        write(sandbox, version);
        return {};
      },
    };
    await onGuard(options, async ({ api, terminal, sandbox, submit, closedIncident }) => {
      await terminal.waitFor('There are no facts.', 60_000);
      expect(await closedIncident(60_000)).toMatchObject({
        class: 'crashed-screen',
        outcome: 'recovered',
        actions: [{ action: 'relaunch' }],
      });
      expect(readFileSync(fileIn(sandbox), 'utf8')).toContain('"file_path":"{}"');
      api.enqueue(say('Still none.'));
      await submit('and now');
      await terminal.waitFor('Still none.');
    });
  },
  180_000,
);
