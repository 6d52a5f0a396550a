/** What becomes of an agent at its prompt whose command in the background has ended: it wakes up by itself, or does not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../../drill/api/scenario.ts';
import { finished } from '../../drill/stage.ts';
import type { Preparation, Situation } from '../situation.ts';
import { longMs } from '../timing.ts';
import { prompt } from './faults.ts';
import { commandInBackground } from './props.ts';

/** A hook of the user's that refuses the agent's own word that a task has ended. */
function refusesWake(folder: string): Preparation {
  const program = join(folder, 'refuse-wake');
  writeFileSync(program, '#!/bin/sh\ngrep -q task-notification && exit 2\nexit 0\n', { mode: 0o755 });
  return {
    userSettings: {
      permissions: { defaultMode: 'acceptEdits', allow: ['Bash'] },
      hooks: { UserPromptSubmit: [{ matcher: '', hooks: [{ type: 'command', command: program }] }] },
    },
  };
}

const backgroundS = 5;

const waits: Situation['play'] = async ({ stage }) => {
  const beganAt = Date.now();
  stage.api.enqueue(commandInBackground(backgroundS), say(finished));
  await stage.submit(prompt);
  await stage.terminal.waitFor(finished);
  await stage.pause(backgroundS * 1_000 + longMs * 2);
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
    check: ({ stage }) => (stage.api.turns().length > 2 ? null : 'it did not wake up'),
  },
  'lost-wake': {
    group: 'silent',
    what: 'a command in the background ends, and the agent at its prompt never takes that up (a hook refuses its word)',
    expect: { ends: 'turn', most: 'nudge', finds: [] },
    versions: wakes,
    prepare: refusesWake,
    play: waits,
  },
} as const satisfies Record<string, Situation>;
