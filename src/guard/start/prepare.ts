/** Reads and opens what is needed before an agent is started, with a terminal or without. */
import { join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { oneLineOf } from '../../platform/exec.ts';
import { openRun } from '../../platform/paths.ts';
import { createSecretFolder } from '../../platform/secret-folder.ts';
import type { Emit } from '../../sensors/sensor.ts';
import { type Errors, openErrors } from '../../terminal/errors.ts';
import { type AgentProcess, createAgent } from '../agent.ts';
import { createConversation } from '../conversation.ts';
import { knownFromStart, pinFor } from '../find-conversation.ts';
import type { Parts } from '../parts.ts';
import type { Launch } from '../run.ts';
import { createWire } from '../wire.ts';
import { versionAtStart } from './agent-version.ts';
import { keepGivenFiles } from './given-files.ts';
import { openTunnel } from './open-tunnel.ts';
import { openProgram } from './program.ts';
import { repairBeforeResume } from './repair-before-resume.ts';
import { resumedFile } from './resumed-file.ts';
import { holderOf, refusalAtStart } from './second-writer.ts';

export interface Preparation<Process extends AgentProcess> extends Parts<Process> {
  /** Why no agent may be started: another one has the conversation open. Null: one may. */
  readonly refusal: string | null;
  /** Messages for the person before the agent starts. */
  readonly warnings: readonly string[];
  /** Messages for the journal only. */
  readonly noted: readonly string[];
}

/** How the agent will be reached. */
export interface Way {
  /** Nobody can be asked. */
  readonly unattended: boolean;
  /** Reports to the loop. Nothing is emitted yet. */
  readonly emit: Emit;
}

/**
 * Throws if nothing can be written, so that the agent has to run without us. If it throws `LoopError`, it has not done
 * anything yet.
 */
export async function prepare<Process extends AgentProcess>(
  given: Launch,
  { unattended, emit }: Way,
): Promise<Preparation<Process>> {
  const { adapter, env, cwd } = given;
  const { config, warnings } = loadConfig(env);
  // This comes first: if the command turns out to lead back to us, the next candidate still needs everything, even
  // files that can be read only once.
  const known = await versionAtStart(given);
  const { version } = known;
  const { paths, warning } = openRun(env);
  const secretFolder = createSecretFolder(env);
  const { args, kept } = keepGivenFiles(adapter, given.args, cwd, secretFolder);
  const launch = kept.length === 0 ? given : { ...given, args, invocation: adapter.parseArguments(args) };
  const { invocation } = launch;
  const user = adapter.readUserSettings(args, env, cwd, version);
  const opened = await openTunnel(config, user);
  const resumes = await resumedFile(launch);
  const other = resumes === null ? null : await holderOf({ launch, paths }, resumes, null);
  const repaired = other === null ? await repairBeforeResume(resumes, adapter.repairer, version) : null;
  const pin = pinFor(adapter, invocation, version);
  const { errors, problem } = unattended ? noErrors : errorsIn(paths.folder, env, emit);
  const { settingsFlag } = adapter.abilities(version);
  return {
    run: {
      launch,
      givenFiles: kept,
      config,
      paths,
      secretFolder,
      user,
      wantsHooks: config.senses.hooks && user.hooksAllowed && settingsFlag,
      unattended,
      launchedAtMs: Date.now(),
      pin,
      errors,
      emit,
    },
    agent: createAgent(openProgram(given, known)),
    conversation: createConversation(knownFromStart(invocation, pin)),
    wire: createWire(opened.tunnel),
    refusal: refusalAtStart(launch, other),
    warnings: [...warnings, ...[warning, repaired, problem].filter((one) => one !== null)],
    noted: opened.warning === null ? warnings : [...warnings, opened.warning],
  };
}

const noErrors = { errors: null, problem: null };

/** If they cannot be sent where the person wants them, they are shown, and the session is guarded all the same. */
function errorsIn(
  folder: string,
  env: NodeJS.ProcessEnv,
  emit: Emit,
): { readonly errors: Errors | null; readonly problem: string | null } {
  try {
    return { errors: openErrors(join(folder, 'errors'), env, emit), problem: null };
  } catch (error) {
    return { errors: null, problem: `standard error goes to the terminal: ${oneLineOf(error)}` };
  }
}
