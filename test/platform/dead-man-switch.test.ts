/** A guard that is killed takes its agent along, and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { isAlive, type ProcessIdentity, startTimeOf } from '../../src/platform/process-identity.ts';
import { commandLine } from '../../src/platform/process-table.ts';
import { descendants } from '../../src/platform/process-tree.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { built } from '../support/places.ts';
import { scripted } from '../support/scripted.ts';
import { guardProgram, simulatedWorld } from '../support/simulated-guard.ts';
import { until } from '../support/until.ts';

/** More than SIGTERM, its grace and SIGKILL take on a busy machine; an orphan would live for a minute. */
const goneMs = 10_000;

function identityOf(pid: number): ProcessIdentity {
  const identity = { pid, startTime: startTimeOf(pid) ?? '' };
  onTestFinished(() => void (isAlive(identity) && process.kill(pid, 'SIGKILL')));
  return identity;
}

/** Waits for a pid that an agent has written. */
async function told(path: string): Promise<ProcessIdentity> {
  await until(`${path} is written`, () => existsSync(path) && readFileSync(path, 'utf8').endsWith('\n'));
  return identityOf(Number(readFileSync(path, 'utf8')));
}

/** The agent is detached, too, so the switch is known by its name. */
async function switchOf(guardPid: number): Promise<ProcessIdentity> {
  const find = () =>
    descendants(guardPid).find(
      ({ pid, detached }) => detached && commandLine(pid).includes('guarded-claude-dead-man-switch'),
    );
  await until('the switch is there', () => find() !== undefined);
  return identityOf(find()?.pid ?? 0);
}

async function kill(guard: ChildProcess): Promise<void> {
  const watcher = await switchOf(guard.pid ?? 0);
  guard.kill('SIGKILL');
  await once(guard, 'exit');
  await until('the switch is gone, too', () => !isAlive(watcher), goneMs);
}

/** Starts a tool in a session of its own, as the agent does, and waits for it. */
const withTool = `
node -e 'require("child_process").spawn("sleep", ["60"], {detached: true}).on("spawn", function () {
  require("fs").writeFileSync(process.argv[1] + "/tool", this.pid + "\\n");
})' "$home" &
echo $$ >"$home/agent"
wait
`;

test.each([
  ['in a tool', withTool],
  ['deaf to SIGTERM and SIGHUP', `trap '' TERM HUP; ${withTool}`],
  ['stopped', `(while ! [ -e "$home/tool" ]; do sleep 0.1; done; kill -STOP $$) & ${withTool}`],
])('in print mode an agent %s goes with its guard, and its tool too', async (_, body) => {
  const { run, sandbox, status } = await scripted(body);
  const { child } = run();
  const agent = await told(join(sandbox.home, 'agent'));
  const tool = await told(join(sandbox.home, 'tool'));
  await until('the guard names its agent', () => status()?.agent_pid === agent.pid);
  expect([agent, tool].map(isAlive)).toEqual([true, true]);
  await kill(child);
  await until('agent and tool are gone', () => !isAlive(agent) && !isAlive(tool), goneMs);
});

test('the agent’s background service keeps running, with what it has started', async () => {
  const { run, sandbox, status } = await scripted(`
"$home/service" daemon run &
echo $$ >"$home/agent"
wait
`);
  writeScript(
    join(sandbox.home, 'service'),
    `#!/bin/sh\ncd "$(dirname "$0")"\necho $$ >service.pid\nsleep 60 &\necho $! >child.pid\nwait\n`,
  );
  const { child } = run();
  const agent = await told(join(sandbox.home, 'agent'));
  const service = await told(join(sandbox.home, 'service.pid'));
  const task = await told(join(sandbox.home, 'child.pid'));
  await until('the guard names its agent', () => status()?.agent_pid === agent.pid);
  await kill(child);
  await until('the agent is gone', () => !isAlive(agent), goneMs);
  expect([service, task].map(isAlive)).toEqual([true, true]);
});

test('in a terminal, an agent that ignores the hang-up ends with its guard', async () => {
  const { env, sandbox } = await simulatedWorld();
  const command = writeScript(
    join(sandbox.root, 'deaf'),
    `#!/bin/sh\n[ "$1" = --version ] && exec echo '2.1.329 (Claude Code)'\ntrap '' HUP TERM\necho $$ >"$HOME/agent"\nwhile :; do sleep 1; done\n`,
  );
  const terminal = openTerminal({
    command: process.execPath,
    args: [guardProgram],
    cwd: sandbox.project,
    env: { ...env, GUARDED_CLAUDE_COMMAND: command },
  });
  onTestFinished(() => terminal.kill());
  const agent = await told(join(sandbox.home, 'agent'));
  await switchOf(terminal.pid);
  terminal.kill('SIGKILL');
  await terminal.exited;
  await until('the agent is gone', () => !isAlive(agent), goneMs);
});

test('what must not outlive the guard is removed with it, even between two agents', async () => {
  const folder = temporaryFolder();
  const module = built('modules/src/platform/dead-man-switch.js');
  const host = writeScript(
    join(folder, 'host.mjs'),
    `import { createDeadManSwitch } from '${module}';
import { join } from 'node:path';
const [folder] = process.argv.slice(2);
const belongings = ['of mine', 'nothing', 'a $(file)', 'kept\\nnot'].map((name) => join(folder, name));
const deadManSwitch = createDeadManSwitch(null, belongings, console.error);
deadManSwitch.ready();
deadManSwitch.see({ type: 'agent.started', pid: process.pid });
deadManSwitch.see({ type: 'agent.exited' });
setInterval(() => {}, 1000);
`,
  );
  mkdirSync(join(folder, 'of mine', 'deep'), { recursive: true });
  for (const name of ['of mine/deep/secret', 'a $(file)', 'kept']) writeFileSync(join(folder, name), '');
  const guard = spawn(process.execPath, [host, folder], { stdio: 'inherit' });
  onTestFinished(() => void guard.kill('SIGKILL'));
  await kill(guard);
  expect(readdirSync(folder).toSorted()).toEqual(['host.mjs', 'kept']);
});

test('an agent that had already ended is left alone, whoever has its pid now', async () => {
  const folder = temporaryFolder();
  const module = built('modules/src/platform/dead-man-switch.js');
  const bystander = spawn('sleep', ['60']);
  onTestFinished(() => void bystander.kill('SIGKILL'));
  const host = writeScript(
    join(folder, 'host.mjs'),
    `import { createDeadManSwitch } from '${module}';
const deadManSwitch = createDeadManSwitch(null, [], console.error);
deadManSwitch.see({ type: 'agent.started', pid: ${bystander.pid} });
deadManSwitch.see({ type: 'agent.exited' });
setInterval(() => {}, 1000);
`,
  );
  const guard = spawn(process.execPath, [host], { stdio: 'inherit' });
  onTestFinished(() => void guard.kill('SIGKILL'));
  await kill(guard);
  expect(isAlive(identityOf(bystander.pid ?? 0))).toBe(true);
});
