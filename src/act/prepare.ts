/** What is read and opened before an agent is started, with a terminal or without. Throws where no agent can run. */
import { loadConfig } from '../config/load.ts';
import { agentVersion } from '../platform/agent-version.ts';
import { openRun, statePaths } from '../platform/paths.ts';
import { createLedger } from '../recover/ledger.ts';
import { createHookSource } from '../sensors/hook-source.ts';
import { openTunnel } from './open-tunnel.ts';
import { programAt } from './program.ts';
import { type Launch, noSession, type Runtime } from './runtime.ts';
import { knownFromStart, pinFor } from './session.ts';

/** The parts of a run that do not depend on how the agent is reached. */
export type Prepared = Pick<
  Runtime,
  | 'launch'
  | 'config'
  | 'paths'
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
  | 'catchUp'
  | 'agentGone'
  | 'session'
  | 'snapshot'
>;

export interface Preparation {
  readonly run: Prepared;
  /** For the person, before the agent starts. */
  readonly warnings: readonly string[];
  /** For the record. */
  readonly noted: readonly string[];
}

export async function prepare(launch: Launch): Promise<Preparation> {
  const { adapter, args, env, cwd, command, invocation } = launch;
  const { config, warnings } = loadConfig(env);
  const { paths, warning } = openRun(env);
  const user = adapter.readUserSettings(args, env, cwd);
  const [version, opened] = await Promise.all([
    agentVersion(adapter, command, env, statePaths(env).root),
    openTunnel(config, user),
  ]);
  const pin = pinFor(adapter, invocation, version);
  const { settingsFlag, recordsCallsFirst } = adapter.abilities(version);
  const hooks = config.senses.hooks && user.hooksAllowed && settingsFlag;
  return {
    run: {
      launch,
      config,
      paths,
      user,
      version,
      program: programAt(command),
      tunnel: opened.tunnel,
      hooks,
      hookSource: createHookSource(),
      recordsCallsFirst,
      launchedAtMs: Date.now(),
      enteredMs: [],
      pin,
      ledger: createLedger(),
      catchUp: async () => {},
      agentGone: Promise.resolve(),
      session: { ...noSession, id: knownFromStart(invocation, pin) },
      snapshot: null,
    },
    warnings: warning === null ? warnings : [...warnings, warning],
    noted: opened.warning === null ? warnings : [...warnings, opened.warning],
  };
}
