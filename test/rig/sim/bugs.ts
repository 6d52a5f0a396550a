/**
 * Bugs that are planted on purpose: between the world and the core, or between the core and its hands. The rules must
 * find each of them, or they would miss its like in earnest.
 */
import type { Observation } from '../../../src/events.ts';
import type { Bug } from './simulate.ts';

const lost =
  (isLost: (observation: Observation) => boolean): NonNullable<Bug['hears']> =>
  (observation) =>
    isLost(observation) ? null : observation;

export const bugs: Readonly<Record<string, () => Bug>> = {
  'session tickets are taken for an answer': () => ({
    hears: (told) =>
      told.type === 'connection.bytes' && told.stage === 'request' && told.lastDownAt !== undefined
        ? { ...told, stage: 'answer', answerAt: told.lastDownAt }
        : told,
  }),
  'pings are not counted': () => ({
    hears: lost((told) => told.type === 'connection.bytes' && told.pinged === true),
  }),
  'a helper is taken for a tool': () => ({
    hears: (told) => (told.type === 'agent.sample' && told.state === 'S' ? { ...told, workers: 1 } : told),
  }),
  'the end of a tool is lost': () => ({ hears: lost((told) => told.type === 'tool.finished') }),
  'the end of a refused call is lost': () => ({
    hears: lost((told) => told.type === 'tool.finished' && told.recorded === true),
  }),
  'ticks are lost': () => ({ hears: lost((told) => told.type === 'tick') }),
  'the end of an agent is told of another generation': () => ({
    hears: (told) => (told.type === 'agent.exited' ? { ...told, generation: told.generation + 1 } : told),
  }),
  'the screen is read as free while a turn runs': () => ({
    hears: (told) =>
      told.type === 'screen' && told.facts.activity === 'busy'
        ? { ...told, facts: { activity: 'idle' } }
        : told,
  }),
  'a dialog is read as work': () => ({
    hears: (told) =>
      told.type === 'screen' && told.facts.activity === 'dialog'
        ? { ...told, facts: { activity: 'busy', tokens: 1 } }
        : told.type === 'program-status' && told.state === 'blocked'
          ? { ...told, state: 'working' }
          : told,
  }),
  'progress of answers is not heard': () => ({
    hears: lost((told) => told.type === 'connection.bytes' && told.down > 0 && told.up === 0),
  }),
  'a nudge is typed twice': () => ({
    does: (effect) => (effect.type === 'nudge' ? [effect, effect] : [effect]),
  }),
  'an agent is started beside the old one': () => ({
    does: (effect) => (effect.type === 'launch' ? [effect, effect] : [effect]),
  }),
  'a cut also ends the agent': () => ({
    does: (effect) =>
      effect.type === 'cut'
        ? [effect, { type: 'stop', generation: 1, graceMs: 0, phase: 'streaming', cause: effect.why }]
        : [effect],
  }),
  'what was reset is cut, too': () => {
    let last: number | null = null;
    return {
      hears(told) {
        if (told.type === 'connection.opened') last = told.id;
        return told;
      },
      does: (effect) =>
        effect.type === 'title' && last !== null
          ? [effect, { type: 'cut', connections: [last], why: 'a title was set' }]
          : [effect],
    };
  },
};
