import { expect, test } from 'vitest';
import { startWords, variablesToStart } from '../../src/agents/start-again.ts';

const claude = { id: 'claude-code' } as const;
const codex = { id: 'codex' } as const;

test('nothing is added where nothing was set', () => {
  expect(
    variablesToStart({ adapter: claude, env: { HOME: '/h', GUARDED_CLAUDE_BELL: 'off' }, named: [] }),
  ).toEqual({});
  expect(startWords({})).toEqual(['guarded-claude']);
});

test('what decides on the agent and its home is kept', () => {
  const env = { GUARDED_CLAUDE_COMMAND: '/x/claude', CLAUDE_CONFIG_DIR: '/w', TOKEN: 'secret' };
  const variables = variablesToStart({ adapter: claude, env, named: [] });
  expect(startWords(variables)).toEqual([
    'env',
    'GUARDED_CLAUDE_COMMAND=/x/claude',
    'CLAUDE_CONFIG_DIR=/w',
    'guarded-claude',
  ]);
});

test('an agent that was chosen by the name of a link is named from now on', () => {
  expect(variablesToStart({ adapter: codex, env: {}, named: [] })).toEqual({ GUARDED_CLAUDE_AGENT: 'codex' });
  expect(variablesToStart({ adapter: codex, env: {}, named: ['/x/codex'] })).toEqual({});
  expect(variablesToStart({ adapter: codex, env: { GUARDED_CLAUDE_AGENT: 'codex' }, named: [] })).toEqual({
    GUARDED_CLAUDE_AGENT: 'codex',
  });
});
