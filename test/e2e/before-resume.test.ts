/** A launch that goes on with a damaged conversation: looked at before the agent reads it. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { fixture } from '../support/places.ts';
import { onPipes, type Stage } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';

const version = '2.1.38';
/** Its own, because tests look for all agents of a session on the machine. */
const session = randomUUID();
const limitMs = 90_000;

const source = fixture('transcripts', 'damaged', '38-stray-newest-branch.jsonl');
/** Without the late note that this recording ends with. */
const healthy = readFileSync(source, 'utf8').trimEnd().split('\n').slice(0, -1);
const lastAnswer = healthy.findLastIndex((line) => line.includes('"type":"assistant"'));
const dangling = healthy.with(
  lastAnswer,
  (healthy[lastAnswer] ?? '').replace(
    /"parentUuid":"[^"]+"/,
    '"parentUuid":"c0000000-0000-4000-8000-000000000000"',
  ),
);

function place({ sandbox }: Stage, lines: readonly string[]): string {
  const project = sandbox.project.replace(/[^a-zA-Z0-9]/g, '-');
  const path = join(sandbox.configDir, 'projects', project, `${session}.jsonl`);
  const text = `${lines.join('\n')}\n`;
  const old = /"sessionId":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replaceAll(old, session).replaceAll('/home/u/proj', sandbox.project));
  return path;
}

test.skipIf(missing(version)).each([['--resume', session], ['--continue']])(
  '%s: a last record without its parent is tied to the conversation, and that is said',
  async (...how) => {
    await onPipes(version, async (stage) => {
      const path = place(stage, dangling);
      stage.api.enqueue(say('All of it.'));
      const { code, stdout, stderr } = await stage.guarded(['-p', ...how, 'What were the facts?']).ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'All of it.\n' });
      expect(stderr).toMatch(/^guarded-claude: The conversation was damaged: only 1 of 7 messages .*\n$/);
      expect(JSON.stringify(stage.api.turns().at(-1)?.body?.messages)).toContain('remember the fact alpha');
      expect(readdirSync(dirname(path)).some((name) => name.includes('.before-repair-'))).toBe(true);
    });
  },
  limitMs,
);

test.skipIf(missing(version))(
  'a healthy conversation is not touched, and nothing is said',
  async () => {
    await onPipes(version, async (stage) => {
      const path = place(stage, healthy);
      const before = readFileSync(path, 'utf8');
      const { code, stderr } = await stage.guarded(['-p', '--resume', session, 'What were the facts?']).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
      expect(readdirSync(dirname(path)).some((name) => name.includes('.before-repair-'))).toBe(false);
    });
  },
  limitMs,
);
