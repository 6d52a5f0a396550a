/** Checks on the agent itself: is it found, is its version known, are hooks allowed, is it nested or switched off? */
import type { AgentAdapter } from '../../agents/agent.ts';
import { commandNamesOf } from '../../agents/choose.ts';
import { fullscreenStrikes } from '../../agents/claude-code/launch/fullscreen.ts';
import { askVersion } from '../../agents/common/versions.ts';
import type { Variables } from '../../agents/contract/invocation.ts';
import type { UserSettings } from '../../agents/contract/launch.ts';
import { isSwitchedOff } from '../../config/switch.ts';
import { findAgent } from '../../platform/find-executable.ts';
import { handedOver } from '../../platform/hand-over.ts';
import { markOn } from '../../platform/run-mark.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

export async function findAgentAndVersion(adapter: AgentAdapter, env: Variables): Promise<Finding[]> {
  const found = findAgent(commandNamesOf(adapter.id), handedOver({ ...env })); // a wrapper may lead back to us
  if (!found.ok) {
    const remedy =
      found.code === 126
        ? 'make the file executable, or set GUARDED_CLAUDE_COMMAND to another one'
        : 'install the agent, or set GUARDED_CLAUDE_COMMAND to its path';
    return [problem('agent', found.message, remedy)];
  }
  const version = (await adapter.installedVersion(found.path)) ?? (await askVersion([found.path], env));
  if (version === null) {
    const remedy = `run ${found.path} --version; the guard carries on and treats it as a recent version`;
    return [ok('agent', found.path), warning('agent version', 'cannot be told', remedy)];
  }
  const { verified, nearestVerified, settingsFlag, programStatus } = adapter.abilities(version);
  const lacksHooks = adapter.hooks !== null && !settingsFlag;
  const missing = [
    ...(lacksHooks ? ['hooks cannot be injected'] : []),
    ...(programStatus ? [] : ['it does not report its status to the terminal']),
  ];
  const known = verified
    ? 'tested with this guard'
    : `not tested with this guard: its screen, hooks and records are read like those of ${nearestVerified}, unverified; connections and the process are seen in any version`;
  const detail = [`${version.text}, ${known}`, ...missing].join('; ');
  const upgrade = 'a newer version of the agent gives the guard more to go by';
  return [
    ok('agent', found.path),
    lacksHooks ? warning('agent version', detail, upgrade) : ok('agent version', detail),
  ];
}

export function hooksAllowed({ hooks, name }: AgentAdapter, user: UserSettings): Finding {
  if (hooks === null) return note('hooks', `the guard uses none of ${name}'s`);
  if (user.hooksAllowed) return ok('hooks', 'allowed');
  return warning(
    'hooks',
    'switched off by a settings file or by policy: tools and turns are read from the transcript and the screen',
    'remove disableAllHooks from your settings; a policy (allowManagedHooksOnly) is for your administrator',
  );
}

/** Looks for variables that show an agent or a guard around us. */
export function nesting(env: Variables): Finding {
  if (markOn(env) === 'inside') {
    return note('nesting', 'inside a guarded session: a guard started here does nothing');
  }
  const marker = ['CLAUDE_CODE_CHILD_SESSION', 'CLAUDECODE'].find((name) => env[name] !== undefined);
  if (marker === undefined) return ok('nesting', 'not inside another agent');
  return warning(
    'nesting',
    `${marker} is set: this shell was started by an agent, which would keep no transcript here`,
    'nothing for a guarded start (the marker is removed); else start from a fresh shell',
  );
}

export function switchedOff(env: Variables): Finding | null {
  if (!isSwitchedOff(env)) return null;
  return warning(
    'guard',
    `GUARDED_CLAUDE=${env.GUARDED_CLAUDE}: sessions run unguarded`,
    'unset GUARDED_CLAUDE',
  );
}

/**
 * Reports starts of the agent that were killed early. After a few of them the agent gives up its full screen, and does
 * not say for how long.
 */
export function fullScreen(env: Variables): Finding | null {
  const found = fullscreenStrikes(env);
  if (found === null) return null;
  const { file, pending, strikes, disabledFor } = found;
  const keys = '"fullscreenAutoDisabled", "fullscreenBootStrikes" and "fullscreenBootPending"';
  const remedy = `while no agent runs, remove ${keys} from ${file}`;
  if (disabledFor !== null) {
    const detail = `the agent has switched its full screen off for version ${disabledFor}, because starts of it were killed`;
    return warning('full screen', detail, remedy);
  }
  return note(
    'full screen',
    `${strikes} early ends on the agent's record, ${pending} starts under way or killed; after a few it gives up its full screen; to clear it: ${remedy}`,
  );
}
