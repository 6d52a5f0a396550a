/**
 * What a person asks of the guard by a command: done, or refused with the reason, and never more than was asked for.
 */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { asks, obliging, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;
const deeds = (told: Told) => told.did('cut', 'nudge', 'stop', 'launch', 'exit').map(({ type }) => type);
const lastIncident = (told: Told) => told.did('incident').at(-1)?.incident;

const command = (name: 'nudge' | 'relaunch'): Observation => ({ type: 'command', command: name });
const healthy = [say.bytes(1), say.drawing] as const;

/** A turn in pipes that gets its answer. */
function inPipes(): Told {
  const told = story();
  told.tell({ ...say.started, unattended: true } as Observation);
  told.tell({ type: 'turn.started' });
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(3, ...healthy);
  return told;
}

describe('in pipes', () => {
  test('a nudge is refused, and the agent is not stopped instead', () => {
    const told = inPipes();
    told.tell(command('nudge'));
    told.wait(120, ...healthy);
    expect(deeds(told)).toEqual([]);
    expect(lastIncident(told)).toMatchObject({ class: 'asked-nudge', outcome: 'user' });
    expect(lastIncident(told)?.actions.at(-1)?.detail).toContain('takes no keys');
  });

  test('an incident that is under way goes on as if nothing had been asked for', () => {
    const told = inPipes();
    told.wait(31);
    expect(deeds(told)).toEqual(['cut']);
    told.tell(command('nudge'));
    expect(told.state.cure?.rung).toBe('cut');
    expect(lastIncident(told)?.outcome).toBe('open');
  });

  test('a relaunch that is known to be impossible is refused, and the reason is on record', () => {
    const told = inPipes();
    told.tell({ type: 'relaunch.impossible', detail: 'what it was asked cannot be read again' });
    told.tell(command('relaunch'));
    told.wait(120, ...healthy);
    expect(deeds(told)).toEqual([]);
    expect(lastIncident(told)?.actions.at(-1)?.detail).toContain('cannot be read again');
  });

  test('once the answer has been delivered, the agent is ended all the same: none has to follow', () => {
    const told = inPipes();
    told.tell({ type: 'relaunch.impossible', detail: 'what it was asked cannot be read again' });
    told.tell({ type: 'delivered' });
    told.tell(command('relaunch'));
    expect(deeds(told)).toEqual(['stop', 'exit']);
  });
});

describe('a nudge that was asked for and has not helped', () => {
  const nudged = (outcome: 'not-idle' | 'no-echo' | 'submitted') => {
    const told = asks(
      story({}, (effect: Effect) =>
        effect.type === 'nudge' ? [{ type: 'nudge.done', outcome }] : obliging(effect),
      ),
    );
    told.wait(3, ...healthy);
    told.tell(say.idle);
    told.tell({ type: 'turn.ended' });
    told.wait(20);
    told.tell(command('nudge'));
    return told;
  };

  test.each(['not-idle', 'no-echo', 'submitted'] as const)('%s: nothing stronger follows', (outcome) => {
    const told = nudged(outcome);
    told.wait(120, say.drawing);
    expect(deeds(told)).toEqual(['nudge']);
    expect(lastIncident(told)).toMatchObject({ class: 'asked-nudge', outcome: 'user' });
  });

  test('the agent is watched as before', () => {
    const told = nudged('no-echo');
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(1));
    told.wait(60);
    expect(deeds(told)).toEqual(['nudge', 'stop', 'launch']);
    expect(lastIncident(told)?.class).toBe('frozen-ui');
  });
});
