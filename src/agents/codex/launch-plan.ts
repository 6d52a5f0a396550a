/**
 * How Codex is started under the guard: the person's words in order, preceded by `--no-daemon` and, with a tunnel, by
 * arguments that restore the person's own proxy variables for the agent's tools.
 */
import { runVariable } from '../../platform/run-mark.ts';
import { tunnelVariables } from '../common/tunnel-variables.ts';
import type { Variables } from '../contract/invocation.ts';
import type { Injection, LaunchPlan, UserSettings } from '../contract/launch.ts';
import type { AgentVersion } from '../contract/version.ts';
import { splitWords } from './arguments.ts';
import { hasNoDaemonFlag } from './versions.ts';

/**
 * Codex sets these variables in the environment of each tool. It cannot remove a variable that way, but an empty one
 * counts as unset. A proxy with a password must not be on the command line; then the tools go through the tunnel, which
 * chains to that proxy.
 */
function toolOverrides(tunnel: Readonly<Record<string, string>>, original: Variables): readonly string[] {
  const values = Object.keys(tunnel).map((name) => [name, original[name] ?? ''] as const);
  if (values.some(([, value]) => value.includes('@'))) return [];
  return values.flatMap(([name, value]) => [
    '-c',
    `shell_environment_policy.set.${name}=${JSON.stringify(value)}`,
  ]);
}

export function launchPlan(
  args: readonly string[],
  env: Variables,
  user: UserSettings,
  injection: Injection,
  version: AgentVersion | null,
): LaunchPlan {
  const { proxyUrl, runId } = injection;
  const tunnel = proxyUrl === null ? {} : tunnelVariables(proxyUrl, user);
  const isGiven = splitWords(args).some(({ name }) => name === '--no-daemon');
  const own = !isGiven && hasNoDaemonFlag(version) ? ['--no-daemon'] : [];
  const kept = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    args: [...own, ...toolOverrides(tunnel, user.proxy), ...args],
    env: { ...Object.fromEntries(kept), ...tunnel, [runVariable]: runId },
    files: [],
  };
}
