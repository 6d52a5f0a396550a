/** What happens to the agent's process, not to its connections. */

import { longTool } from '../../../../src/drill/api/faults.ts';
import { say } from '../../../../src/drill/api/scenario.ts';
import { finished } from '../../../../src/drill/stage.ts';
import type { Situation } from '../situation.ts';
import { prompt } from './faults.ts';
import { inMidText } from './props.ts';

const words = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ');

export const processSituations = {
  'killed-mid-text': {
    group: 'process',
    what: 'the agent is killed (SIGKILL) in mid-text',
    expect: {
      ends: 'turn',
      most: 'relaunch',
      finds: ['agent-gone'],
      findsBlind: ['agent-gone'],
      newProcess: true,
    },
    async play({ stage }) {
      stage.api.enqueue(say(words, 100));
      await stage.submit(prompt);
      await inMidText(stage);
      process.kill(stage.agentPid(), 'SIGKILL');
      return Date.now();
    },
  },
  'killed-in-tool': {
    group: 'process',
    what: 'the agent is killed (SIGKILL) while a command runs',
    expect: {
      ends: 'turn',
      most: 'relaunch',
      finds: ['agent-gone'],
      findsBlind: ['agent-gone'],
      newProcess: true,
    },
    async play({ stage }) {
      stage.api.enqueue(longTool(30));
      await stage.submit(prompt);
      await stage.api.waitForRequest(({ kind, ended }) => kind === 'main' && ended === 'complete');
      await stage.pause(2_000);
      process.kill(stage.agentPid(), 'SIGKILL');
      return Date.now();
    },
  },
  stopped: {
    group: 'process',
    what: 'the agent is stopped from outside (SIGSTOP) in mid-text',
    expect: { ends: 'turn', most: 'wait', finds: ['stopped'], findsBlind: ['stopped'] },
    async play({ stage }) {
      stage.api.enqueue(say(`${'word '.repeat(60)}\n${finished}`, 100));
      await stage.submit(prompt);
      await inMidText(stage);
      process.kill(stage.agentPid(), 'SIGSTOP');
      return Date.now();
    },
  },
} as const satisfies Record<string, Situation>;
