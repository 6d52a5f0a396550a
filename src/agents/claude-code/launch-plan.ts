/**
 * How the agent is started under the guard: every word of the user's in its place, our own few in front, the
 * settings in a private file (a command line and the tunnel's token in it would be readable by every user).
 */
import { join } from 'node:path';
import type { AgentVersion, Injection, LaunchPlan, UserSettings, Variables } from '../agent.ts';
import { splitWords, type Word } from './arguments.ts';
import { agentEnvironment, toolEnvironment, tunnelVariables } from './environment.ts';
import { mergeSettings } from './settings.ts';
import { abilitiesOf, hookEventsOf } from './versions.ts';

/** The same words with another value for `--settings`; null when the user gave none. */
function replaceSettings(words: readonly Word[], path: string): readonly string[] | null {
  const at = words.findLastIndex((word) => word.uses.some((use) => use.name === '--settings'));
  if (at < 0) return null;
  return words.flatMap((word, index) => (index === at ? ['--settings', path] : word.raw));
}

export function launchPlan(
  args: readonly string[],
  env: Variables,
  user: UserSettings,
  injection: Injection,
  version: AgentVersion | null,
): LaunchPlan {
  const abilities = abilitiesOf(version);
  const { folder, proxyUrl, spoolDir } = injection;
  const tunnel = proxyUrl === null ? {} : tunnelVariables(proxyUrl, !user.api.secure);
  const agentEnv = agentEnvironment(env, injection.runId, tunnel);
  const pin =
    injection.sessionId !== null && abilities.sessionIdFlag ? ['--session-id', injection.sessionId] : [];
  if (!abilities.settingsFlag || user.given === null || (spoolDir === null && proxyUrl === null))
    return { args: [...pin, ...args], env: agentEnv, files: [] };

  const toolsFile = proxyUrl === null ? null : join(folder, 'tools.env');
  const settings = mergeSettings(user.given, {
    hooks: spoolDir === null ? null : { events: hookEventsOf(version), spoolDir },
    variables: tunnel,
    toolsFile,
  });
  const path = join(folder, 'settings.json');
  const replaced = replaceSettings(splitWords(args), path);
  return {
    args: [...pin, ...(replaced ?? ['--settings', path, ...args])],
    env: agentEnv,
    files: [
      { path, text: JSON.stringify(settings) },
      ...(toolsFile === null ? [] : [{ path: toolsFile, text: toolEnvironment(user.proxy, tunnel) }]),
    ],
  };
}
