/** An agent that follows another one never gets more permissions than the person gave. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseArguments, splitWords } from '../../../../src/agents/claude-code/launch/arguments.ts';
import { inMode } from '../../../../src/agents/claude-code/launch/permission-mode.ts';

const asking = (mode: string) => ['--permission-mode', mode];

test.each([
  ['--permission-mode=acceptEdits', 'plan', asking('plan')],
  ['--dangerously-skip-permissions', 'default', asking('default')],
  ['--dangerously-skip-permissions', 'bypassPermissions', ['--dangerously-skip-permissions']],
  ['--permission-mode=plan', 'bypassPermissions', ['--permission-mode=plan']],
  ['--permission-mode=plan', 'acceptEdits', ['--permission-mode=plan']],
  ['--permission-mode=manual', 'default', ['--permission-mode=manual']],
  ['--permission-mode=default', 'a mode of tomorrow', ['--permission-mode=default']],
])('%s, now in mode %s: %j', (flag, now, expected) => {
  for (const first of ['plan', 'bypassPermissions', now])
    expect(inMode([flag], { first, now })).toEqual(expected);
});

test.each([
  ['bypassPermissions', 'acceptEdits', asking('acceptEdits')],
  ['auto', 'default', asking('default')],
  // A plan is made to be approved, so its mode does not limit what follows.
  ['plan', 'plan', asking('plan')],
  ['plan', 'default', asking('default')],
  ['plan', 'acceptEdits', asking('default')],
  ['plan', 'bypassPermissions', asking('default')],
  ['dontAsk', 'default', asking('dontAsk')],
  ['default', 'acceptEdits', asking('default')],
  ['acceptEdits', 'a mode of tomorrow', asking('acceptEdits')],
  // They may have gone down to it before anything was reported.
  ['acceptEdits', 'acceptEdits', asking('acceptEdits')],
  ['bypassPermissions', 'bypassPermissions', []],
  ['a mode of tomorrow', 'bypassPermissions', []],
])('without a flag, first in mode %s, now in %s: %j', (first, now, expected) => {
  expect(inMode(['--verbose'], { first, now })).toEqual([...expected, '--verbose']);
});

test('the other arguments mean what they meant', () => {
  const flag = fc.constantFrom(['--dangerously-skip-permissions'], ['--permission-mode=auto']);
  const other = fc.constantFrom(['go'], ['--'], ['--allowedTools', 'Bash', 'Edit'], ['-c'], ['--model=x']);
  const others = (args: readonly string[]) =>
    splitWords(args).filter(({ raw }) => !/^--(permission-mode|dangerously)/.test(raw[0] ?? ''));
  fc.assert(
    fc.property(fc.array(fc.oneof(flag, other)), (written) => {
      const args = written.flat();
      const stricter = inMode(args, { first: 'auto', now: 'plan' });
      expect(others(stricter)).toEqual(others(args));
      expect(parseArguments(stricter)).toEqual(parseArguments(args));
    }),
  );
});
