/** An agent that works and draws nothing, by right: nothing that can be seen of it moves. */
import type { Scenario } from '../../../../src/drill/api/scenario.ts';
import { finished } from '../../../../src/drill/stage.ts';
import type { Situation } from '../situation.ts';
import { veryLongMs } from '../timing.ts';
import { prompt } from './faults.ts';

const seconds = Math.round(veryLongMs / 1_000);
const ctrlO = '\x0f';
/** The terminal's report that its window is no longer in front. */
const unfocused = '\x1b[O';

const onlyPings = (times: number): Scenario => [
  { do: 'start' },
  { do: 'ping', everyMs: 1_000, times },
  { do: 'text', text: finished },
  { do: 'delta' },
  { do: 'stop' },
];

export const stillSituations = {
  'transcript-view': {
    group: 'healthy',
    what: 'the person reads the transcript view in another window while the model thinks, and only pings come',
    expect: { ends: 'turn', most: 'none', finds: [] },
    versions: { from: '2.1.0' },
    async play({ stage }) {
      const beganAt = Date.now();
      stage.api.enqueue(onlyPings(seconds + 6));
      await stage.submit(prompt);
      await stage.pause(4_000);
      stage.terminal.write(ctrlO);
      await stage.pause(1_000);
      stage.terminal.write(unfocused);
      await stage.pause(veryLongMs);
      stage.terminal.write(ctrlO);
      return beganAt;
    },
  },
  'reduced-motion': {
    group: 'healthy',
    what: 'long thinking of which nothing is sent but pings, without animations and without a title',
    expect: { ends: 'turn', most: 'none', finds: [] },
    versions: { from: '2.1.0' },
    prepare: () => ({
      userSettings: {
        prefersReducedMotion: true,
        permissions: { defaultMode: 'acceptEdits', allow: ['Bash'] },
      },
      variables: { CLAUDE_CODE_DISABLE_TERMINAL_TITLE: '1' },
    }),
    async play({ stage }) {
      const beganAt = Date.now();
      stage.api.enqueue(onlyPings(seconds));
      await stage.submit(prompt);
      return beganAt;
    },
  },
} as const satisfies Record<string, Situation>;
