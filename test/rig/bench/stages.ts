/**
 * Sessions of the simulated agent and API: with the guard, as in a drill, or with the pass-through in its place that is
 * the guard's yardstick.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSimulatedAgent } from '../../../src/drill/agent/install.ts';
import { say } from '../../../src/drill/api/scenario.ts';
import { openTerminal } from '../../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox } from '../../../src/drill/sandbox.ts';
import { finished, openStage, type Stage } from '../../../src/drill/stage.ts';
import { typePrompt } from '../../../src/drill/type-prompt.ts';
import { startWorld } from '../../../src/drill/world.ts';
import { descendants, stopTree } from '../../../src/platform/process-tree.ts';

export type BareStage = Pick<Stage, 'api' | 'terminal' | 'submit' | 'close'>;

const passThrough = fileURLToPath(new URL('./bare.js', import.meta.url));
const startMs = 60_000;
const leaveMs = 5_000;

/** @param agent null: the simulated one as it is */
export async function openBareStage(agent: string | null = null): Promise<BareStage> {
  const sandbox = createSandbox();
  const world = await startWorld(sandbox);
  world.api.respond(() => say(finished));
  const terminal = openTerminal({
    command: process.execPath,
    args: [passThrough, agent ?? installSimulatedAgent(join(sandbox.root, 'bin'))],
    cwd: sandbox.project,
    env: agentEnvironment(sandbox, world.variables),
  });
  const close = async () => {
    await stopTree(descendants(terminal.pid), { graceMs: leaveMs });
    terminal.kill();
    await terminal.exited;
    await world.stop();
    sandbox.remove();
  };
  try {
    await terminal.waitFor(/^❯/m, startMs);
  } catch (error) {
    await close();
    throw error;
  }
  return { api: world.api, terminal, submit: (prompt) => typePrompt(terminal, prompt), close };
}

/** A stage for this long, and no longer. */
async function whileOpen<Any extends BareStage, Result>(
  stage: Any,
  work: (stage: Any) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

export async function on<Result>(
  settings: Readonly<Record<string, string>>,
  work: (stage: Stage) => Promise<Result>,
  agent: string | null = null,
): Promise<Result> {
  const { signal } = new AbortController();
  return whileOpen(await openStage({ agent, tools: 'allow', settings, signal }), work);
}

export const onBare = async <Result>(
  agent: string | null,
  work: (stage: BareStage) => Promise<Result>,
): Promise<Result> => whileOpen(await openBareStage(agent), work);
