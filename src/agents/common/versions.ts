/** Reads, asks for and compares versions of agents. */
import { asking, isOurAnswer, LoopError } from '../../platform/hand-over.ts';
import type { Variables } from '../contract/invocation.ts';
import type { AgentVersion } from '../contract/version.ts';

/** A version as numbers, [2, 1, 329]. */
export type Parts = readonly number[];

const limitMs = 5_000;

/** Negative, zero or positive, as for a sort. */
export function compareVersions(left: Parts, right: Parts): number {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Finds `2.1.329` in a text such as `2.1.329 (Claude Code)`; null if there is none. */
export function readVersion(text: string): AgentVersion | null {
  const [found, ...parts] = /(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return found === undefined ? null : { text: found, parts: parts.map(Number) };
}

/**
 * Runs `<command> --version`; null if it prints no version. Takes at most 5 s. Throws `LoopError` if it was guarded-claude
 * that answered.
 * @param command the executable; for a node script: node, its arguments before the script, the script
 */
export async function askVersion(command: readonly string[], env: Variables): Promise<AgentVersion | null> {
  const { execa } = await import('execa');
  const [file = '', ...words] = command;
  const { stdout } = await execa(file, [...words, '--version'], {
    env: { ...asking(env) },
    extendEnv: false,
    timeout: limitMs,
    killSignal: 'SIGKILL',
    stdin: 'ignore',
    stderr: 'ignore',
    reject: false,
  });
  if (isOurAnswer(stdout ?? '')) throw new LoopError(`${file} leads back to guarded-claude`);
  return readVersion(stdout ?? '');
}
