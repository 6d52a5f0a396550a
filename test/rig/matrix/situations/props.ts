/**
 * What several situations are played with: subagents, a slow MCP server, a conversation long enough to be compacted.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiRequest } from '../../../../src/drill/api/api.ts';
import { call, type Scenario, type Step, say } from '../../../../src/drill/api/scenario.ts';
import type { Stage } from '../../../../src/drill/stage.ts';
import type { Scene } from '../situation.ts';
import { inRange, type VersionRange } from '../version-range.ts';

/** The words by which a request of a subagent is known, whatever the version: they are its first prompt. */
const task = (name: string) => `You are helper ${name}`;

/** The answer is on its way. The screen does not tell: 2.1.42 shows a paragraph only when it is complete. */
export async function inMidText({ api, pause }: Stage): Promise<void> {
  const { at } = await api.waitForRequest(({ kind, ended }) => kind === 'main' && ended === null);
  await pause(Math.max(0, at + 1_500 - Date.now()));
}

/** The tool that starts a subagent had another name before. */
const firstWithAgent = '2.1.63';

export function subagentCall({ version }: Scene, name: string, inBackground: boolean): Step {
  const input = {
    description: `Helper ${name}`,
    prompt: `${task(name)}. Do your work.`,
    subagent_type: 'general-purpose',
    ...(inRange(version, { before: '2.0.0' }) ? {} : { run_in_background: inBackground }),
  };
  return { do: 'tool', name: inRange(version, { from: firstWithAgent }) ? 'Agent' : 'Task', input };
}

export function subagent(scene: Scene, name: string, inBackground: boolean): Scenario {
  return [
    { do: 'start' },
    { do: 'text', text: 'I will ask a helper. ' },
    subagentCall(scene, name, inBackground),
    { do: 'delta', reason: 'tool_use' },
    { do: 'stop' },
  ];
}

/** The request comes from a subagent (of this name). */
export function isSubagent(request: ApiRequest, name = ''): boolean {
  const first = request.body?.messages?.find(({ role }) => role === 'user');
  return JSON.stringify(first ?? '').includes(task(name));
}

/** Its last answer has been taken; 2.1.329 runs every subagent in the background, whatever it is asked for. */
export async function subagentDone(stage: Stage, name: string): Promise<void> {
  await stage.api.waitForRequest(
    (request) =>
      isSubagent(request, name) &&
      request.ended === 'complete' &&
      !stage.api.requests.some((other) => isSubagent(other, name) && other.ended === null),
    90_000,
  );
}

/** Where a command can be sent to the background. */
export const hasBackground: VersionRange = { from: '2.0.0' };

export const words = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

export const commandInBackground = (seconds: number): Scenario =>
  call('Bash', {
    command: `for i in $(seq ${seconds}); do sleep 1; done`,
    description: 'Wait in the background',
    run_in_background: true,
  });

/** Three exchanges: fewer are not compacted (2.1.197). */
export async function conversation(stage: Stage): Promise<void> {
  for (const word of ['first', 'second', 'third']) {
    const before = stage.api.turns().length;
    stage.api.enqueue(say(`The ${word} answer.`));
    await stage.submit(`the ${word} question`);
    await stage.terminal.waitFor(`The ${word} answer.`);
    await stage.api.waitForRequest(
      (request) => stage.api.turns().indexOf(request) >= before && request.ended === 'complete',
    );
    await stage.pause(500);
  }
}

/** Written into the project by the server once it has named its tool. */
const listed = 'slow-server-listed';

/** Agents connect their servers beside the first prompt: until then the tool does not exist. */
export async function slowServerListed({ sandbox, pause }: Stage): Promise<void> {
  while (!existsSync(join(sandbox.project, listed))) await pause(50);
  await pause(1_000); // the agent takes note of it
}

/** An MCP server on stdio with one tool that answers after as many seconds as it is told. */
const serverProgram = `
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'initialize')
    return answer(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'slow', version: '1' } });
  if (method === 'tools/list') {
    const inputSchema = { type: 'object', properties: { seconds: { type: 'number' } }, required: ['seconds'] };
    answer(id, { tools: [{ name: 'wait', description: 'Waits', inputSchema }] });
    return require('node:fs').writeFileSync('${listed}', '');
  }
  if (method === 'tools/call')
    return setTimeout(() => answer(id, { content: [{ type: 'text', text: 'waited' }] }), params.arguments.seconds * 1000);
  answer(id, {});
});`;

export function slowServer(folder: string) {
  const program = join(folder, 'slow-server.cjs');
  const config = join(folder, 'mcp.json');
  writeFileSync(program, serverProgram);
  writeFileSync(
    config,
    JSON.stringify({ mcpServers: { slow: { command: process.execPath, args: [program] } } }),
  );
  return {
    args: ['--mcp-config', config],
    userSettings: { permissions: { defaultMode: 'acceptEdits', allow: ['mcp__slow__wait'] } },
  };
}
