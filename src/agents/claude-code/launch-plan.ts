/**
 * How the agent is started under the guard: every word of the user's in its place, our own few in front, the
 * settings in a private file (others can read a command line). The tunnel's token is in the environment alone; a file of
 * settings that may hold a secret of the user's lies outside the records and goes with the run.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentVersion, Injection, LaunchPlan, UserSettings, Variables } from '../agent.ts';
import { tunnelVariables } from '../common/tunnel-variables.ts';
import { splitWords, type Word } from './arguments.ts';
import { agentEnvironment, carriedVariables, shellFileVariable, toolEnvironment } from './environment.ts';
import { mergeSettings } from './settings.ts';
import { configFolder } from './user-settings.ts';
import { abilitiesOf, hookEventsOf } from './versions.ts';

/** The same words with one `--settings` in place of the user's, however many; null when they gave none. */
function replaceSettings(words: readonly Word[]): ((path: string) => readonly string[]) | null {
  const isSettings = (word: Word) => word.uses.some((use) => use.name === '--settings');
  const at = words.findLastIndex(isSettings);
  if (at < 0) return null;
  return (path) =>
    words.flatMap((word, index) => {
      if (index === at) return ['--settings', path];
      return isSettings(word) ? [] : word.raw;
    });
}

/** Hooks that may be injected: in print mode none whose run the agent prints (2.1.329, 2.1.197: `hook_started`). */
function hookEvents(
  args: readonly string[],
  version: AgentVersion | null,
  print: boolean,
  startHooks: boolean,
): readonly string[] {
  const events = hookEventsOf(version).filter((event) => startHooks || event !== 'SessionStart');
  if (!print) return events;
  const printsAll = splitWords(args).some((word) => word.raw[0] === '--include-hook-events');
  return printsAll ? [] : events.filter((event) => event !== 'SessionStart');
}

/**
 * For hooks at a session's start the agent makes a folder of its own; where it cannot, it reports each of them as failed
 * (2.1.329: `EROFS … mkdir '…/session-env'`), whatever the hook does.
 */
function canRunStartHooks(env: Variables): boolean {
  let folder = join(configFolder(env), 'session-env');
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function launchPlan(
  args: readonly string[],
  env: Variables,
  user: UserSettings,
  injection: Injection,
  version: AgentVersion | null,
): LaunchPlan {
  const abilities = abilitiesOf(version);
  const { folder, proxyUrl, storableProxyUrl, spool, print = false } = injection;
  const tunnel = proxyUrl === null ? {} : tunnelVariables(proxyUrl, user);
  const scrubbed = agentEnvironment(env, injection.runId, {
    ...carriedVariables(user.proxy, tunnel),
    ...tunnel,
  });
  const toolsFile = proxyUrl === null ? null : join(folder, 'tools.env');
  const shellFile = toolsFile === null ? {} : { [shellFileVariable]: toolsFile };
  const agentEnv = { ...scrubbed, ...shellFile };
  const ownFile = user.shellFile ?? scrubbed[shellFileVariable];
  const tools =
    toolsFile === null ? [] : [{ path: toolsFile, text: toolEnvironment(user.proxy, tunnel, ownFile) }];
  const pin =
    injection.sessionId !== null && abilities.sessionIdFlag ? ['--session-id', injection.sessionId] : [];
  if (!abilities.settingsFlag || user.given === null || (spool === null && proxyUrl === null))
    return { args: [...pin, ...args], env: agentEnv, files: tools };

  const stored = storableProxyUrl === null ? {} : tunnelVariables(storableProxyUrl, user);
  const overruled = Object.entries({ ...stored, ...shellFile }).filter(([name]) =>
    user.settled.includes(name),
  );
  const settings = mergeSettings(user.given, {
    hooks: spool === null ? null : { events: hookEvents(args, version, print, canRunStartHooks(env)), spool },
    variables: Object.fromEntries(overruled),
  });
  const replaced = replaceSettings(splitWords(args));
  const path = join(replaced || overruled.length > 0 ? injection.secretFolder() : folder, 'settings.json');
  return {
    args: [...pin, ...(replaced?.(path) ?? ['--settings', path, ...args])],
    env: agentEnv,
    files: [{ path, text: JSON.stringify(settings) }, ...tools],
  };
}
