/** The drill as a person runs it, with the simulated agent: one cure in place, one relaunch, one "hands off". */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DrillResult } from '../../src/drill/run.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function guardctl(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['bin/guardctl.js', 'drill', ...args], {
    env: { ...process.env, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
  });
  const ended = once(child, 'close').then(([code]): Ran => ({ code: code as number | null, out, err }));
  return { child, ended };
}

describe('guardctl drill', () => {
  test.each<[string, Partial<DrillResult>]>([
    ['dead-mid-text', { class: 'dead-stream', actions: ['cut'], same_process: true, outcome: 'recovered' }],
    ['killed', { class: 'agent-gone', actions: ['relaunch'], same_process: false, outcome: 'recovered' }],
    ['long-tool', { class: null, actions: [], same_process: true }],
  ])('%s', { timeout: 90_000 }, async (name, wanted) => {
    const { code, out, err } = await guardctl([name, '--agent', 'simulated', '--json']).ended;
    expect(err).toBe('');
    const printed = JSON.parse(out) as { agent: string; results: DrillResult[] };
    expect(printed.agent).toBe('simulated');
    expect(printed.results[0]).toMatchObject({ ok: true, problem: null, ...wanted });
    expect(code).toBe(0);
  });

  test.each([
    [['ded-mid-text'], 'did you mean dead-mid-text?'],
    [['spinning', 'twice'], 'unexpected argument'],
    [['--agent', 'imagined'], '--agent is real or simulated'],
    [['--speed'], '--speed'],
  ])('does not understand %s', async (args, hint) => {
    const { code, err } = await guardctl(args).ended;
    expect(code).toBe(2);
    expect(err).toContain(hint);
  });

  test('leaves nothing behind when it is interrupted', { timeout: 60_000 }, async () => {
    const temporary = temporaryFolder();
    const { child, ended } = guardctl(['offline', '--agent', 'simulated'], { TMPDIR: temporary });
    const requests = () =>
      readdirSync(temporary, { recursive: true }).filter((name) => /jsonl$/.test(String(name)));
    await expect.poll(() => requests().length, { timeout: 20_000 }).toBeGreaterThan(0);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(temporary).filter((name) => name.startsWith('guarded-claude'))).toEqual([]);
  });
});
