/**
 * What becomes of an agent at its prompt whose command in the background has ended: it wakes up by itself, or does not.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiRequest, lastPrompt } from '../../../../src/drill/api/api.ts';
import { say } from '../../../../src/drill/api/scenario.ts';
import { finished } from '../../../../src/drill/stage.ts';
import type { Preparation, Situation } from '../situation.ts';
import { limits } from '../timing.ts';
import { prompt } from './faults.ts';
import { commandInBackground } from './props.ts';

const notice = 'task-notification';
const isWake = (request: ApiRequest) => lastPrompt(request).includes(notice);

/** A hook of the user's that refuses the agent's own word that a task has ended. */
function refusesWake(folder: string): Preparation {
  const program = join(folder, 'refuse-wake');
  writeFileSync(program, `#!/bin/sh\ngrep -q ${notice} && exit 2\nexit 0\n`, { mode: 0o755 });
  return {
    userSettings: {
      permissions: { defaultMode: 'acceptEdits', allow: ['Bash'] },
      hooks: { UserPromptSubmit: [{ matcher: '', hooks: [{ type: 'command', command: program }] }] },
    },
  };
}

const backgroundS = 5;
/** Longer than a prompt that was taken may wait for its first request (`detect/limits.ts`). */
const restMs = limits.streamMs * 10;

const waits: Situation['play'] = async ({ stage }) => {
  const beganAt = Date.now();
  stage.api.enqueue(commandInBackground(backgroundS), say(finished));
  await stage.submit(prompt);
  await stage.terminal.waitFor(finished);
  await stage.pause(backgroundS * 1_000 + restMs);
  return beganAt;
};

/** First one that wakes up by itself; older ones tell of the end with the next prompt. */
const wakes = { from: '2.1.126' } as const;

export const wakeSituations = {
  wake: {
    group: 'healthy',
    what: 'a command in the background ends, and the agent at its prompt takes that up by itself',
    expect: { ends: 'turn', most: 'none', finds: [] },
    versions: wakes,
    play: waits,
    check: ({ stage }) => (stage.api.turns().some(isWake) ? null : 'it did not wake up'),
  },
  'lost-wake': {
    group: 'silent',
    what: 'a command in the background ends, and the agent at its prompt never takes that up (a hook refuses its word)',
    expect: { ends: 'turn', most: 'nudge', finds: [] },
    versions: wakes,
    prepare: refusesWake,
    play: waits,
    check: ({ stage }) => (stage.api.turns().some(isWake) ? 'it woke up' : null),
  },
} as const satisfies Record<string, Situation>;
