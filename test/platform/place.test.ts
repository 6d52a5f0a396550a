import { expect, test } from 'vitest';
import { isElsewhere, ownPlace } from '../../src/platform/place.ts';

const [machine, boot, namespace] = (ownPlace() ?? '').split(' ');

test.runIf(process.platform === 'linux').each([
  ['this place', [machine, boot, namespace], false],
  ['this place under an older name', ['other', boot, namespace], false],
  ['this machine before its latest boot', [machine, 'other', namespace], false],
  ['this container before its latest start', [machine, boot, 'other'], false],
  ['another machine, whose pids are numbered alike', ['other', 'other', namespace], true],
  ['another container on this machine', ['other', boot, 'other'], true],
])('%s', (_, place, elsewhere) => {
  expect(isElsewhere(place.join(' '))).toBe(elsewhere);
});

test('an unknown place counts as this one', () => expect(isElsewhere(null)).toBe(false));
