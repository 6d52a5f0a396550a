/** Whose hooks count, with real processes in place of agents. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { createHookSource } from '../../src/sensors/hook-source.ts';

/** Starts a shell that stays, with the processes that it starts. Resolves to the pids that it prints. */
async function launcher(
  script: string,
): Promise<{ readonly pid: number; readonly printed: readonly number[] }> {
  const child: ChildProcess = spawn('sh', ['-c', `${script}; wait`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
  const printed = String(line).trim().split(' ').map(Number);
  onTestFinished(() => {
    for (const pid of [...printed, child.pid ?? 0]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone
      }
    }
  });
  return { pid: child.pid ?? 0, printed };
}

it('hears the process that was started, with the word of its launch', () => {
  const source = createHookSource();
  const word = source.renew();
  expect(source.isOurs(`${word}.7.8.json`)).toBe(false); // nothing runs yet
  source.startedAs(7);
  expect(source.heard()).toBe(false);
  expect(source.isOurs(`${word}.7.8.json`)).toBe(true);
  expect(source.heard()).toBe(true);
});

it.each([
  ['without the word', '7.8.json'],
  ['with another word', 'abc.7.8.json'],
  ['of another process', (word: string) => `${word}.9.8.json`],
  ['with something appended', (word: string) => `${word}.7.8.9.json`],
])('does not hear a file %s', (_name, given) => {
  const source = createHookSource();
  const word = source.renew();
  source.startedAs(7);
  expect(source.isOurs(typeof given === 'string' ? given : given(word))).toBe(false);
  expect(source.heard()).toBe(false);
});

it('forgets an agent when the next one is started', () => {
  const source = createHookSource();
  const first = source.renew();
  source.startedAs(7);
  source.isOurs(`${first}.7.8.json`);
  const second = source.renew();
  expect(source.heard()).toBe(false);
  source.startedAs(9);
  expect(source.isOurs(`${first}.7.8.json`)).toBe(false);
  expect(source.isOurs(`${first}.9.8.json`)).toBe(false);
  expect(source.isOurs(`${second}.9.8.json`)).toBe(true);
});

it('hears the agent that a launcher has started, but nothing in a session of its own', async () => {
  const { pid, printed } = await launcher('sleep 60 & a=$!; setsid sleep 60 & sleep 0.3; echo $a $!');
  const [agent = 0, detached = 0] = printed;
  const source = createHookSource();
  const word = source.renew();
  source.startedAs(pid);
  expect(source.isOurs(`${word}.${detached}.8.json`)).toBe(false);
  expect(source.isOurs(`${word}.${agent}.8.json`)).toBe(true);
  // From now on it is known who speaks.
  expect(source.isOurs(`${word}.${pid}.8.json`)).toBe(false);
});
