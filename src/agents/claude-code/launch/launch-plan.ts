/**
 * How the agent is started under the guard: every word of the person's in its place, our own few in front, the settings
 * in a private file (others can read a command line). The tunnel's token is only in the environment. A settings file
 * that may hold one of the person's secrets is kept apart from the records and removed with the run. The other files
 * stay, because what the agent has started may outlive the guard and read them. They are named by their content.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tunnelVariables } from '../../common/tunnel-variables.ts';
import type { Variables } from '../../contract/invocation.ts';
import type { Injection, LaunchPlan, UserSettings } from '../../contract/launch.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { agentEnvironment, carriedVariables, shellFileVariable, toolEnvironment } from '../environment.ts';
import { abilitiesOf, hookEventsOf } from '../versions.ts';
import { splitWords, type Word } from './arguments.ts';
import { mergeSettings, spoolVariable } from './settings.ts';
import { configFolder } from './user-settings.ts';

/** The same words with a single `--settings` in place of the person's; null if they gave none. */
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

/**
 * Hooks that may be injected. In print mode that excludes hooks whose run the agent prints (2.1.329, 2.1.197:
 * `hook_started`).
 */
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
 * For hooks at a session's start, the agent makes a folder. If it cannot, it reports each of these hooks as failed
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

/** A file that is named by its content, so its text never changes. */
function lasting(folder: string, name: string, text: string): LaunchPlan['files'][number] {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { path: join(folder, `${hash}.${name}`), text };
}

export function launchPlan(
  args: readonly string[],
  env: Variables,
  user: UserSettings,
  injection: Injection,
  version: AgentVersion | null,
): LaunchPlan {
  const abilities = abilitiesOf(version);
  const { lastingFolder, proxyUrl, storableProxyUrl, spool, print = false } = injection;
  const tunnel = proxyUrl === null ? {} : tunnelVariables(proxyUrl, user);
  const scrubbed = agentEnvironment(env, injection.runId, {
    ...carriedVariables(user.proxy, tunnel),
    ...tunnel,
  });
  const ownFile = user.shellFile ?? scrubbed[shellFileVariable];
  const tools =
    proxyUrl === null
      ? null
      : lasting(lastingFolder, 'tools.env', toolEnvironment(user.proxy, tunnel, ownFile));
  const shellFile = tools === null ? {} : { [shellFileVariable]: tools.path };
  const spooled = spool === null ? {} : { [spoolVariable]: join(spool.folder, `${spool.word}.`) };
  const agentEnv = { ...scrubbed, ...shellFile, ...spooled };
  const files = tools === null ? [] : [tools];
  const pin =
    injection.sessionId !== null && abilities.sessionIdFlag ? ['--session-id', injection.sessionId] : [];
  if (!abilities.settingsFlag || user.given === null || (spool === null && proxyUrl === null))
    return { args: [...pin, ...args], env: agentEnv, files };

  const stored = storableProxyUrl === null ? {} : tunnelVariables(storableProxyUrl, user);
  const overruled = Object.entries({ ...stored, ...shellFile }).filter(([name]) =>
    user.settled.includes(name),
  );
  const settings = mergeSettings(user.given, {
    hooks: spool === null ? [] : hookEvents(args, version, print, canRunStartHooks(env)),
    variables: Object.fromEntries(overruled),
  });
  const replaced = replaceSettings(splitWords(args));
  const text = JSON.stringify(settings);
  const file =
    replaced || overruled.length > 0
      ? { path: join(injection.secretFolder(), 'settings.json'), text }
      : lasting(lastingFolder, 'settings.json', text);
  return {
    args: [...pin, ...(replaced?.(file.path) ?? ['--settings', file.path, ...args])],
    env: agentEnv,
    files: [file, ...files],
  };
}
