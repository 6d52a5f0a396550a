/** What is read and opened before an agent is started, with a terminal or without. */
import { loadConfig } from '../../config/load.ts';
import { openRun, statePaths } from '../../platform/paths.ts';
import { createSecretFolder } from '../../platform/secret-folder.ts';
import { createLedger } from '../../recover/ledger.ts';
import { createHookSource } from '../../sensors/hook-source.ts';
import { watchKin } from '../kin.ts';
import { type Launch, noSession, type Runtime } from '../runtime.ts';
import { knownFromStart, pinFor } from '../session.ts';
import { agentVersion } from './agent-version.ts';
import { keepGivenFiles } from './given-files.ts';
import { lookBefore } from './look-before.ts';
import { openTunnel } from './open-tunnel.ts';
import { programAt, programPath } from './program.ts';

/** The parts of a run that do not depend on how the agent is reached. */
export type Prepared = Pick<
  Runtime,
  | 'launch'
  | 'givenFiles'
  | 'config'
  | 'paths'
  | 'secretFolder'
  | 'user'
  | 'version'
  | 'program'
  | 'tunnel'
  | 'hooks'
  | 'hookSource'
  | 'recordsCallsFirst'
  | 'launchedAtMs'
  | 'enteredMs'
  | 'pin'
  | 'ledger'
  | 'kin'
  | 'catchUp'
  | 'agentGone'
  | 'session'
  | 'snapshot'
  | 'mended'
>;

export interface Preparation {
  readonly run: Prepared;
  /** For the person, before the agent starts. */
  readonly warnings: readonly string[];
  /** For the record. */
  readonly noted: readonly string[];
}

/** Throws where nothing can be written, and the agent has to run without us; `LeadsBack` before anything is done. */
export async function prepare(given: Launch): Promise<Preparation> {
  const { adapter, env, cwd, command, named } = given;
  const { config, warnings } = loadConfig(env);
  // First: if that is no agent, the next one wants all that is here, also files that can be read only once.
  const version = await agentVersion(adapter, [command, ...named.slice(1)], env, statePaths(env).root);
  const { paths, warning } = openRun(env);
  const { args, kept } = keepGivenFiles(adapter, given.args, cwd, paths.folder);
  const launch = kept.length === 0 ? given : { ...given, args, invocation: adapter.parseArguments(args) };
  const { invocation } = launch;
  const user = adapter.readUserSettings(args, env, cwd, version);
  const opened = await openTunnel(config, user);
  const said = [...warnings, ...[await missingExporter(env)].filter((one) => one !== null)];
  const repaired = await lookBefore(launch, version);
  const pin = pinFor(adapter, invocation, version);
  const { settingsFlag, recordsCallsFirst } = adapter.abilities(version);
  const hooks = config.senses.hooks && user.hooksAllowed && settingsFlag;
  return {
    run: {
      launch,
      givenFiles: kept,
      config,
      paths,
      secretFolder: createSecretFolder(env),
      user,
      version,
      program: programAt(programPath(given)),
      tunnel: opened.tunnel,
      hooks,
      hookSource: createHookSource(),
      recordsCallsFirst,
      launchedAtMs: Date.now(),
      enteredMs: [],
      pin,
      ledger: createLedger(),
      kin: watchKin(),
      catchUp: async () => {},
      agentGone: Promise.resolve(),
      session: { ...noSession, id: knownFromStart(invocation, pin) },
      snapshot: null,
      mended: [],
    },
    warnings: [...said, ...[warning, repaired].filter((one) => one !== null)],
    noted: opened.warning === null ? said : [...said, opened.warning],
  };
}

/** Most people name no collector, and their start shall not wait for a look at what is installed. */
async function missingExporter(env: Launch['env']): Promise<string | null> {
  if (!env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT && !env.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const { missingOtlp } = await import('../../metrics/otlp-wanted.ts');
  return missingOtlp(env);
}
