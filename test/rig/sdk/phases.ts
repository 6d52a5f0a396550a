/** The phases of the agent's work in which something happens to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../../../src/drill/api/faults.ts';
import { call, type Scenario, say } from '../../../src/drill/api/scenario.ts';
import type { Scene } from './scene.ts';

export interface Phase {
  readonly what: string;
  readonly prompts: 1 | 2;
  /** A person is asked for each command. */
  readonly asks?: true;
  /** What the API answers, then `All done here.` */
  readonly answers: readonly Scenario[];
  /** What the API answers if the stream is to die in this phase. */
  readonly dying: readonly Scenario[];
  /** Brings the agent there. */
  enter(scene: Scene): Promise<void>;
  /** What host and person do after the trouble has begun. */
  goOn?(scene: Scene): Promise<void>;
}

const words = say(Array.from({ length: 40 }, (_, index) => `word${index}`).join(' '), 100);
const command = { command: 'echo once >> ran; sleep 4', description: 'Append, and wait' };
const callDies: Scenario = [
  { do: 'start' },
  { do: 'text', text: 'I will use a tool.' },
  { do: 'tool', name: 'Bash', input: command },
  { do: 'hang' },
];
/** The agent has got some of the text. */
const someTextMs = 1_000;
/** A person answers after this. */
const thinkMs = 2_000;
/** The host may notice an exit before it gives the next prompt. */
const noteMs = 300;

const died = ({ api }: Scene) => api.turns().some(({ faultAt }) => faultAt !== null);

export const phases = {
  'before init': {
    what: 'the process has just begun, and has said nothing',
    prompts: 1,
    answers: [],
    dying: [faults['no-headers'].scenario],
    async enter({ host, agent, until }) {
      host.say('say it');
      await until('the agent runs', () => agent() !== null);
      if (host.messages.length > 0) throw new Error('the agent has begun already');
    },
  },
  'before a prompt': {
    what: 'the agent is initialized, and nobody has asked it anything; the prompt comes right after',
    prompts: 1,
    answers: [],
    dying: [faults['no-headers'].scenario],
    async enter({ host }) {
      await host.query.initializationResult();
    },
    async goOn({ host }) {
      await sleep(noteMs);
      host.say('say it');
    },
  },
  'in mid-text': {
    what: 'an answer is coming in',
    prompts: 1,
    answers: [words],
    dying: [faults['dead-mid-text'].scenario],
    async enter({ host, api, until }) {
      host.say('say it');
      await until('a request', () => api.turns().length > 0);
      await sleep(someTextMs);
    },
  },
  'in a tool': {
    what: 'a command runs',
    prompts: 1,
    answers: [call('Bash', command)],
    dying: [callDies],
    async enter(scene) {
      scene.host.say('append it');
      await scene.until('the command runs', () => scene.ran() > 0 || died(scene));
    },
  },
  'asking a person': {
    what: '`canUseTool` is pending; the person allows it two seconds later',
    prompts: 1,
    asks: true,
    answers: [call('Bash', command)],
    dying: [callDies],
    async enter(scene) {
      scene.host.say('append it');
      await scene.until('the question', () => scene.questions.length > 0 || died(scene));
    },
    async goOn({ allowAll }) {
      await sleep(thinkMs);
      allowAll();
    },
  },
  'between turns': {
    what: 'the first result is there; the second prompt comes right after',
    prompts: 2,
    answers: [say('The first.')],
    dying: [say('The first.'), faults['no-headers'].scenario],
    async enter({ host, results, until }) {
      host.say('the first');
      await until('the first result', () => results() === 1);
    },
    async goOn({ host }) {
      await sleep(noteMs);
      host.say('the second');
    },
  },
} as const satisfies Record<string, Phase>;

export type PhaseName = keyof typeof phases;
export const phaseNames = Object.keys(phases) as readonly PhaseName[];
