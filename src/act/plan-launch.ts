/** The command of one launch: what the person gave, with what the guard adds. The files of the plan are written. */
import { writeFileSync } from 'node:fs';
import { outOfMemoryKills } from '../platform/memory.ts';
import { ownMark } from '../platform/run-mark.ts';
import type { Runtime } from './runtime.ts';

export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** @param pin the id that the conversation shall get; null: the arguments decide */
export function planLaunch(
  run: Pick<
    Runtime,
    | 'launch'
    | 'paths'
    | 'secretFolder'
    | 'user'
    | 'hooks'
    | 'hookSource'
    | 'tunnel'
    | 'version'
    | 'unattended'
  >,
  args: readonly string[],
  pin: string | null,
): LaunchCommand {
  const { launch, paths, user, hooks, hookSource, tunnel, version, unattended } = run;
  const word = hookSource.renew();
  const injection = {
    runId: paths.run,
    folder: paths.folder,
    secretFolder: run.secretFolder,
    sessionId: pin,
    spool: hooks ? { folder: paths.spool, word } : null,
    proxyUrl: tunnel?.url ?? null,
    storableProxyUrl: tunnel?.storableUrl ?? null,
    print: unattended,
  };
  const plan = launch.adapter.launchPlan(args, launch.env, user, injection, version);
  for (const file of plan.files) writeFileSync(file.path, file.text, { mode: 0o600 });
  return {
    file: launch.command,
    args: [...launch.named.slice(1), ...plan.args],
    env: { ...plan.env, ...ownMark(paths.run) },
    cwd: launch.cwd,
  };
}

/** Begins to watch the kernel; says of an end whether it was one for want of memory. */
export function watchMemory(): (signal: string | null) => boolean {
  const before = outOfMemoryKills();
  return (signal) => signal === 'SIGKILL' && outOfMemoryKills() > before;
}
