/** Where a cell is played: a throw-away home, the simulated API at the vendor's own address, and the real agent. */
import { readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../../src/drill/api/api.ts';
import { say } from '../../../src/drill/api/scenario.ts';
import { agentEnvironment, createSandbox } from '../../../src/drill/sandbox.ts';
import type { StandIn } from '../../../src/drill/tls-stand-in.ts';
import { startWorld } from '../../../src/drill/world.ts';
import { commandLine } from '../../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../../src/platform/process-tree.ts';
import { guardSettings } from '../matrix/timing.ts';
import { realAgent } from '../matrix/versions.ts';
import type { Place } from './host.ts';

export interface OpenPlace extends Place {
  readonly api: Api;
  readonly standIn: StandIn;
  /** The agent that runs, by the kernel's own tables; null: none does. */
  agent(): number | null;
  /** How many processes are left of all that was started, once they have had time to go. */
  left(): Promise<number>;
  close(): Promise<void>;
}

/**
 * What an agent has started may be about to end. The tunnel's relay looks every ten seconds whether it is still needed.
 */
const leftMs = 15_000;

/** @throws where that version cannot be had. */
export async function openPlace(version: string): Promise<OpenPlace> {
  const sandbox = createSandbox();
  const command = realAgent(version, join(sandbox.root, 'bin'));
  if (command === null) throw new Error(`no agent ${version}`);
  const { api, standIn, variables, stop } = await startWorld(sandbox);
  if (standIn === null) throw new Error('the surroundings are those of a gateway');
  api.respond(() => say('All done here.'));
  const file = realpathSync(command);
  const all = () => processesMarkedBy('CLAUDE_CONFIG_DIR', sandbox.configDir);
  return {
    sandbox,
    command,
    env: agentEnvironment(sandbox, variables, { ...guardSettings, GUARDED_CLAUDE_DESKTOP: 'off' }),
    api,
    standIn,
    agent() {
      // The guard asks for the version, and the agent starts itself for tools of its own.
      const same = all().filter(({ pid }) => isOf(pid, file) && !commandLine(pid).includes('--version'));
      const pids = new Set(same.map(({ pid }) => pid));
      return same.find(({ parent }) => !pids.has(parent))?.pid ?? null;
    },
    async left() {
      for (const until = Date.now() + leftMs; all().length > 0 && Date.now() < until; await sleep(200));
      return all().length;
    },
    async close() {
      for (const { pid } of all()) kill(pid);
      await stop();
      sandbox.remove();
    },
  };
}

function isOf(pid: number, file: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === file;
  } catch {
    return false; // gone meanwhile
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}
