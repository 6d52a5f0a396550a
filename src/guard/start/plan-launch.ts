/**
 * Makes the command of one launch from what the person gave and what the guard adds, and writes the files that it
 * needs.
 */
import { readFileSync } from 'node:fs';
import { replaceFileSync } from '../../platform/atomic-file.ts';
import { outOfMemoryKills } from '../../platform/memory.ts';
import { makePrivateFolder } from '../../platform/paths.ts';
import { ownMark } from '../../platform/run-mark.ts';
import type { Agent } from '../agent.ts';
import type { Run } from '../run.ts';
import type { Wire } from '../wire.ts';

export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** @param pin the id for the conversation. Null: the arguments decide */
export function planLaunch(
  run: Run,
  agent: Agent,
  wire: Wire,
  args: readonly string[],
  pin: string | null,
): LaunchCommand {
  const { launch, paths, user } = run;
  const word = agent.hooks.renew();
  const injection = {
    runId: paths.run,
    lastingFolder: paths.lasting,
    secretFolder: run.secretFolder,
    sessionId: pin,
    spool: run.wantsHooks ? { folder: paths.spool, word } : null,
    proxyUrl: wire.tunnel?.url ?? null,
    storableProxyUrl: wire.tunnel?.storableUrl ?? null,
    print: run.unattended,
  };
  const plan = launch.adapter.launchPlan(args, launch.env, user, injection, agent.program.version);
  makePrivateFolder(paths.lasting);
  for (const { path, text } of plan.files) if (!isThere(path, text)) replaceFileSync(path, text);
  return {
    file: launch.command,
    args: [...launch.named.slice(1), ...plan.args],
    env: { ...plan.env, ...ownMark(paths.run) },
    cwd: launch.cwd,
  };
}

/** Another guard's agent may be reading the file, so a file with the right content is left alone. */
function isThere(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

/** @returns a function that says whether the kernel ended a process because memory ran out since this call */
export function watchMemory(): (signal: string | null) => boolean {
  const before = outOfMemoryKills();
  return (signal) => signal === 'SIGKILL' && outOfMemoryKills() > before;
}
