import { expect, test } from 'vitest';
import { finished } from '../support/guarded.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

test('what is wrong in the configuration is said above the agent, which starts anyway', async () => {
  const guard = await simulatedGuard({
    GUARDED_CLAUDE_STREAM_TIMEOUT_MS: 'soon',
    GUARDED_CLAUDE_BELLS: 'off',
  });
  const lines = guard.output().split('\r\n').slice(0, 2).sort().reverse();
  expect(lines[0]).toMatch(
    /^guarded-claude: GUARDED_CLAUDE_STREAM_TIMEOUT_MS = "soon": must be a whole number .*; using 30000$/,
  );
  expect(lines[1]).toMatch(
    /^guarded-claude: GUARDED_CLAUDE_BELLS is not a setting; did you mean GUARDED_CLAUDE_BELL\?$/,
  );
  await guard.submit('hello');
  await guard.terminal.waitFor(finished);
});

test('nothing wrong, nothing said', async () => {
  const guard = await simulatedGuard();
  expect(guard.output()).not.toContain('guarded-claude:');
});
