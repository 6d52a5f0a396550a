/** The faults that a drill can cause: one table for the command, its help and the tests. */
import { type FaultName, faults, longTool } from './api/faults.ts';
import { call, say } from './api/scenario.ts';
import { finished, type Stage } from './stage.ts';

export interface DrillScenario {
  readonly what: string;
  /** Some scenarios need an agent that misbehaves on demand. */
  readonly agents: 'any' | 'simulated';
  /** `recovery`: the turn must end well. `no action`: the same, without any action of the guard. */
  readonly expect: 'recovery' | 'no action';
  /** Config of the guard on top of the drill's own, as environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly tools?: 'ask';
  /** Sends a prompt and causes the fault. @returns when the fault began, in Unix milliseconds */
  play(stage: Stage): Promise<number>;
}

const prompt = 'please do the drill';

/** Gives the next answer this fault. */
async function answerWith(stage: Stage, fault: FaultName): Promise<number> {
  stage.api.enqueue(faults[fault].scenario);
  await stage.submit(prompt);
  const request = await stage.api.waitForRequest(({ faultAt }) => faultAt !== null);
  return request.faultAt ?? request.at;
}

/** Brings the agent into the middle of a long healthy answer. */
async function inMidText(stage: Stage): Promise<void> {
  const words = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ');
  stage.api.enqueue(say(words, 100));
  await stage.submit(prompt);
  await stage.terminal.waitFor('word5');
}

/** How long the API is out of reach. `darkMs` is longer than one attempt of the tunnel may last. */
const outageMs = 4000;
const darkMs = 14_000;
/** Longer than every limit that a drill sets. */
const silentMs = 7000;

export const scenarios = {
  'dead-mid-text': {
    what: 'the stream dies in mid-text, and nobody is told',
    agents: 'any',
    expect: 'recovery',
    play: (stage) => answerWith(stage, 'dead-mid-text'),
  },
  'no-first-byte': {
    what: 'a request is sent, and nothing comes back',
    agents: 'any',
    expect: 'recovery',
    play: (stage) => answerWith(stage, 'no-headers'),
  },
  'reset-loop': {
    what: 'the connection is reset in mid-text, three times in a row',
    agents: 'any',
    expect: 'recovery',
    play(stage) {
      stage.api.enqueue(faults['reset-mid-text'].scenario, faults['reset-mid-text'].scenario);
      return answerWith(stage, 'reset-mid-text');
    },
  },
  'turn-lost': {
    what: 'the connection closes inside a tool call, and the turn ends with an error',
    agents: 'any',
    expect: 'recovery',
    play: (stage) => answerWith(stage, 'close-mid-tool-input'),
  },
  refused: {
    what: 'connections are refused for four seconds',
    agents: 'any',
    expect: 'recovery',
    async play(stage) {
      await stage.api.refuse();
      const began = Date.now();
      await stage.submit(prompt);
      await stage.pause(outageMs);
      await stage.api.reopen();
      return began;
    },
  },
  offline: {
    what: 'connection attempts get no answer for 14 seconds',
    agents: 'any',
    expect: 'recovery',
    async play(stage) {
      await stage.api.silence();
      const began = Date.now();
      await stage.submit(prompt);
      await stage.pause(darkMs);
      await stage.api.reopen();
      return began;
    },
  },
  killed: {
    what: 'the agent is killed in mid-turn (SIGKILL)',
    agents: 'any',
    expect: 'recovery',
    async play(stage) {
      await inMidText(stage);
      process.kill(stage.agentPid(), 'SIGKILL');
      return Date.now();
    },
  },
  stopped: {
    what: 'the agent is stopped from outside (SIGSTOP)',
    agents: 'any',
    expect: 'recovery',
    async play(stage) {
      stage.api.enqueue(say(`${'word '.repeat(40)}\n${finished}`, 50));
      await stage.submit(prompt);
      await stage.terminal.waitFor('word word');
      process.kill(stage.agentPid(), 'SIGSTOP');
      return Date.now();
    },
  },
  spinning: {
    what: 'the agent spins at 100 % CPU and ignores SIGTERM',
    agents: 'simulated',
    expect: 'recovery',
    async play(stage) {
      await inMidText(stage);
      stage.trigger('spin');
      return Date.now();
    },
  },
  'screen-only': {
    what: 'a dead stream with every sense off but the screen, and no cure in place: kill and resume',
    agents: 'any',
    expect: 'recovery',
    settings: {
      GUARDED_CLAUDE_TUNNEL: 'off',
      GUARDED_CLAUDE_HOOKS: 'off',
      GUARDED_CLAUDE_PROGRAM_STATUS: 'off',
      GUARDED_CLAUDE_TRANSCRIPT: 'off',
      GUARDED_CLAUDE_IN_PLACE: 'off',
    },
    play: (stage) => answerWith(stage, 'dead-mid-text'),
  },
  'long-tool': {
    what: 'a healthy command runs in silence: leave it alone',
    agents: 'any',
    expect: 'no action',
    async play(stage) {
      stage.api.enqueue(longTool(silentMs / 1000));
      await stage.submit(prompt);
      return Date.now();
    },
  },
  permission: {
    what: 'the agent asks for permission and nobody answers: leave it alone',
    agents: 'any',
    expect: 'no action',
    tools: 'ask',
    async play(stage) {
      stage.api.enqueue(call('Bash', { command: 'touch allowed', description: 'Touch a file' }));
      await stage.submit(prompt);
      await stage.terminal.waitFor('Do you want to proceed?');
      const began = Date.now();
      await stage.pause(silentMs);
      stage.terminal.write('1');
      return began;
    },
  },
} as const satisfies Record<string, DrillScenario>;

export type ScenarioName = keyof typeof scenarios;

export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];
