/** What happens while the guard asks the person and nobody comes: it still hears what its own cures lead to. */
import { expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { asks, obliging, say, story } from '../support/story.ts';

const dialog: Observation = { type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } };
const limitMenu: Observation = { type: 'screen', facts: { activity: 'dialog', dialog: 'limit-menu' } };
const deeds = (told: ReturnType<typeof story>) => told.did('cut', 'nudge', 'stop').map(({ type }) => type);
const lastIncident = (told: ReturnType<typeof story>) => told.did('incident').at(-1)?.incident;

/** A dead stream is cut without effect, and the nudge meets a question of the agent's. */
function asking(later: (effect: Effect) => readonly Observation[] = obliging) {
  let nudges = 0;
  const told = asks(
    story({}, (effect) => {
      if (effect.type !== 'nudge') return later(effect);
      nudges += 1;
      return nudges === 1 ? [dialog, { type: 'nudge.done', outcome: 'dialog' }] : later(effect);
    }),
  );
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.wait(50, say.drawing);
  expect(told.state.name).toBe('asking');
  return told;
}

/** Somebody elsewhere answers the question, and the agent asks the API again. */
function goesOn(told: ReturnType<typeof story>, id: number) {
  told.tell(say.busy(1));
  told.tell(say.opened(id));
  told.tell(say.request(id));
}

test('a nudge that gives way to a draft is tried again later; the agent is not ended', () => {
  const told = asking((effect) =>
    effect.type === 'nudge' ? [{ type: 'nudge.done', outcome: 'person-typing' }] : obliging(effect),
  );
  goesOn(told, 2);
  told.wait(20, say.drawing);
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
  told.tell({ type: 'turn.ended', failure: 'connection' });
  told.tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
  told.wait(300);
  expect(deeds(told).filter((deed) => deed === 'nudge').length).toBeGreaterThan(2);
  expect(deeds(told)).not.toContain('stop');
});

test('a menu at a usage limit is answered each time it comes up', () => {
  const told = asking();
  const choices = () => told.did('choose').length;
  told.tell(limitMenu);
  told.wait(40);
  expect(choices()).toBe(1);
  told.tell({ type: 'choose.done', ok: true });
  told.tell(say.idle);
  told.wait(3_600);
  told.tell(limitMenu);
  told.wait(40);
  expect(choices()).toBe(2);
});

test('a menu that could not be answered is no reason to leave the next one', () => {
  const told = story();
  told.tell(say.started);
  told.tell(limitMenu);
  told.wait(40);
  told.tell({ type: 'choose.done', ok: false });
  told.tell(say.idle);
  told.wait(3_600);
  told.tell(limitMenu);
  told.wait(40);
  expect(told.did('choose').length).toBe(2);
});

test('nobody comes, and the agent works on later: the incident is over, and the next one begins with the mildest cure', () => {
  const told = asking();
  told.wait(700);
  goesOn(told, 2);
  told.wait(20, say.drawing, say.bytes(2), say.busy(30));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(60);
  expect(lastIncident(told)).toMatchObject({ outcome: 'recovered' });
  const before = deeds(told).length;
  told.wait(3_600);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.request(2));
  told.wait(3, say.bytes(2), say.drawing, say.busy(12));
  told.wait(200, say.drawing);
  expect(deeds(told).slice(before)[0]).toBe('cut');
});
