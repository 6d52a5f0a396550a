/**
 * The person reads the transcript view, which shows neither prompt nor spinner. Whether a turn runs, the other senses
 * tell.
 */
import { describe, expect, test } from 'vitest';
import type { Observation, ProgramState } from '../../src/events.ts';
import { type Story, say, story } from '../support/story.ts';

const view = (works = false): Observation => ({
  type: 'screen',
  facts: { activity: 'dialog', dialog: 'transcript', ...(works && { works: true }) },
});
const status = (state: ProgramState): Observation => ({ type: 'program-status', state });
const begun: Observation = { type: 'turn.started' };
const endedWell: Observation = { type: 'turn.ended', well: true };
const died: Observation = { type: 'agent.exited', generation: 1, code: 1, signal: null };

/** A turn in mid-response, which these have reported. */
function inMidResponse(...told: readonly Observation[]): Story {
  const all = story();
  for (const each of [say.started, say.idle, ...told, say.busy(0), say.opened(1), say.request(1)])
    all.tell(each);
  all.wait(3, say.bytes(1), say.drawing, say.busy(5));
  return all;
}

/** An idle prompt after such a turn. */
function afterTurn(...ends: readonly Observation[]): Story {
  const told = inMidResponse(...(ends.includes(endedWell) ? [begun] : []));
  for (const each of [...ends, say.idle]) told.tell(each);
  told.wait(30);
  return told;
}

const cuts = (told: Story) => told.did('cut').length;

describe('a turn runs', () => {
  test.each<[string, readonly Observation[], boolean]>([
    ['hooks say so', [begun], false],
    ['program status says so', [status('working')], false],
    ['both say so', [begun, status('working')], false],
    ['the view alone says so', [], true],
  ])('if %s: a dead stream is cut', (_, reports, works) => {
    const told = inMidResponse(...reports);
    told.tell(view(works));
    told.wait(40, say.drawing, say.sample(100));
    expect(cuts(told)).toBe(1);
  });

  test('perhaps, if nobody says anything: nothing is judged, and it does not end', () => {
    const told = inMidResponse();
    told.tell(view());
    told.wait(300, say.drawing, say.sample(100));
    expect([told.did('incident'), told.state.evidence.turn.idleSince]).toEqual([[], null]);
    told.tell(died);
    told.wait(5);
    expect(told.did('launch')).toHaveLength(1);
  });

  test('if only the view says so, and ends with an error while the view is open: it is a failed turn', () => {
    const told = inMidResponse();
    told.tell(view(true));
    told.wait(3, say.bytes(1));
    told.tell(view());
    told.wait(10);
    told.tell({ type: 'input', kind: 'text', bytes: 1 });
    told.skip(0.3);
    told.tell({
      type: 'screen',
      facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'f' } },
    });
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });
});

describe('no turn runs', () => {
  test.each<[string, readonly Observation[]]>([
    ['hooks say so', [endedWell]],
    ['hooks and program status say so', [endedWell, status('done')]],
    ['program status says so', [status('done')]],
    ['the prompt was free before the view was opened', []],
  ])('if %s: an agent that ends with an error has been left', (_, ends) => {
    const told = afterTurn(...ends);
    told.tell(view());
    told.wait(30);
    told.tell(died);
    told.wait(5);
    expect(told.did('launch', 'incident')).toEqual([]);
  });

  test.each<[string, readonly Observation[]]>([
    ['with hooks', [endedWell]],
    ['without hooks', []],
  ])('though program status says so, %s: a subagent in the background is left alone', (_, ends) => {
    const told = afterTurn(...ends);
    told.tell(status('working'));
    told.wait(10);
    told.tell(view());
    for (const each of [say.opened(2), say.request(2), say.bytes(2)]) told.tell(each);
    told.wait(600, say.sample(100));
    expect(told.did('cut', 'nudge', 'incident')).toEqual([]);
  });

  test('any more, and the last one failed: the agent is told to go on', () => {
    const told = inMidResponse(begun);
    told.tell(view());
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });
});

test('a turn that ended before the view was opened is not begun by it, though no hook told its end', () => {
  const told = inMidResponse(begun);
  told.tell(say.idle);
  told.wait(30);
  const { count } = told.state.evidence.turn;
  told.tell(view());
  told.wait(30);
  expect(told.state.evidence.turn.count).toBe(count);
});
