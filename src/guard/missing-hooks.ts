/**
 * Reports once if hooks do not run although the settings ask for them: a mode of the agent, a policy, or an error in
 * the settings may disable them. An agent whose hooks run has sent at least one (SessionStart, UserPromptSubmit) by its
 * first turn.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Run } from './run.ts';

/** @returns a function that must be called with the evidence after each event */
export function reportMissingHooks(
  run: Run,
  { hooks }: Agent,
  catchUp: Body['catchUp'],
): (after: Evidence) => void {
  let told = 0;
  return ({ turn, agent: { generation } }) => {
    if (!run.wantsHooks || hooks.heard() || turn.count === 0 || told === generation) return;
    told = generation;
    void catchUp().then(() => {
      if (hooks.heard()) return;
      const detail = 'no hook has reported, although all were requested: tool calls cannot be observed';
      run.emit({ type: 'sensor.failed', sensor: 'hooks', detail });
    });
  };
}
