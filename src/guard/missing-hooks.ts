/**
 * Reports once if hooks do not run although the settings ask for them: a mode of the agent, a policy, or an error in
 * the settings may disable them. An agent whose hooks run has sent at least one (SessionStart, UserPromptSubmit) soon
 * after its first turn has begun.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import { hookReadMs } from '../detect/limits.ts';
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
  return ({ now, turn: { lastStartedAt }, agent: { generation } }) => {
    if (!run.wantsHooks || hooks.heard() || told === generation) return;
    if (lastStartedAt === null || now - lastStartedAt < hookReadMs) return;
    told = generation;
    void catchUp().then(() => {
      if (hooks.heard()) return;
      const detail = 'no hook has reported, although all were requested: tool calls cannot be observed';
      run.emit({ type: 'sensor.failed', sensor: 'hooks', detail });
    });
  };
}
