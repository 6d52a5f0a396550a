/** What the next agent is told about the work that was cut off. */
import { describe, expect, test } from 'vitest';
import { relaunchPrompt } from '../../../src/guard/start/relaunch-prompt.ts';
import { partsOfRun, snapshotWith } from '../../support/run.ts';

describe('the next agent is told', () => {
  const told = (partial: string | null, isInterrupted: boolean, lost: string | null) => {
    const { run, agent, conversation } = partsOfRun({ hooks: true, id: 'id' });
    conversation.interrupted(snapshotWith({ partial_response_text: partial }));
    return relaunchPrompt(run, agent, conversation, { isInterrupted, lost, resume: true, template: null });
  };

  test('nothing if nothing was cut off', () => expect(told(null, false, null)).toBeNull());
  test('about the interruption', () => expect(told(null, true, null)).toMatch(/^You were interrupted/));
  test('the lost prompt alone, if its turn left no trace', () => {
    expect(told(null, true, 'do it')).toBe('do it');
    expect(told('words', false, 'do it')).toBe('do it');
  });
  test('both, the prompt word for word', () => {
    expect(told('Some words', true, ' do\n\n\nit')).toMatch(/^You were interrupted[\s\S]*\n\n do\n\n\nit$/);
  });

  describe('if nothing is on record', () => {
    const anew = (hooks: boolean, partial: string | null, lost: string | null) => {
      const { run, agent, conversation } = partsOfRun({ hooks, id: 'id', args: ['an answered one'] });
      conversation.interrupted(snapshotWith({ partial_response_text: partial }));
      const interruption = { isInterrupted: true, lost, resume: false, template: null };
      return relaunchPrompt(run, agent, conversation, interruption);
    };
    const both = /^You were interrupted[\s\S]*none of the conversation had been recorded[\s\S]*\n\ndo it$/;

    test('the prompt alone, if hooks have reported no call', () => {
      expect(anew(true, null, 'do it')).toBe('do it');
    });
    test('about the interruption, if an answer had begun', () =>
      expect(anew(true, 'Some words', 'do it')).toMatch(both));
    test('about calls that nobody could see', () => {
      expect(anew(false, null, 'do it')).toMatch(both);
      expect(anew(false, null, 'do it')).toMatch(/could not be observed/);
    });
    test('nothing if nothing was asked', () => expect(anew(false, null, null)).toBeNull());
  });
});
