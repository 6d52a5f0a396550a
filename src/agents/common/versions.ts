/** Reads, asks for and compares versions of agents. */
import { spawn } from 'node:child_process';
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
 * Runs `<command> --version`; null if it prints no version. Settles within `withinMs`, whoever holds the output then: a
 * wrapper's child may wait for a network that is down. It has no terminal, so that nothing asks the person for a
 * password. Rejects with `LoopError` if it was guarded-claude that answered.
 * @param command the executable; for a node script: node, its arguments before the script, the script
 */
export async function askVersion(
  command: readonly string[],
  env: Variables,
  withinMs = limitMs,
): Promise<AgentVersion | null> {
  const [file = '', ...words] = command;
  const output = await outputOf(file, [...words, '--version'], asking(env), withinMs).catch(() => '');
  if (isOurAnswer(output)) throw new LoopError(`${file} leads back to guarded-claude`);
  return readVersion(output);
}

/**
 * What it has printed when its output ends, or when the time is up. Then it is ended, with its children. Rejects if it
 * cannot be started.
 */
function outputOf(file: string, words: readonly string[], env: Variables, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', reject);
      return;
    }
    const output: Buffer[] = [];
    const end = () => {
      if (child.exitCode === null && child.signalCode === null) killGroup(pid);
    };
    const settle = () => {
      clearTimeout(timer);
      process.off('exit', end);
      end();
      child.stdout.destroy();
      resolve(Buffer.concat(output).toString());
    };
    const timer = setTimeout(settle, withinMs);
    process.once('exit', end);
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.once('close', settle);
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
