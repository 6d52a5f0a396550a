/**
 * The launcher with which the agent starts its background sessions (its documentation, "corporate launcher"; 2.1.208
 * and later). The agent reads it from its environment, the user's settings and managed settings, not from a project's.
 */
import { join } from 'node:path';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import type { Variables } from '../../contract/invocation.ts';
import { configFolder, managedFolder, readManaged, readRecord } from './user-settings.ts';

const variable = 'CLAUDE_CODE_PROCESS_WRAPPER';
const key = 'processWrapper';

export interface ProcessWrapper {
  readonly path: string;
  /** The setting that names it, for people to read. */
  readonly namedBy: string;
}

/** The one in force; null: none is set. */
export function processWrapper(
  env: Variables,
  policyFolder: string = managedFolder(),
): ProcessWrapper | null {
  const config = configFolder(env);
  const file = join(config, 'settings.json');
  const policy = readManaged(policyFolder, config).flatMap((settings) => inSettings(settings, 'a policy'));
  const own = inSettings(readRecord(file) ?? {}, file);
  const outer = env[variable] ? [{ path: env[variable], namedBy: variable }] : [];
  return policy.at(-1) ?? own[0] ?? outer[0] ?? null;
}

function inSettings(settings: Json, where: string): readonly ProcessWrapper[] {
  const variables = isRecord(settings.env) ? settings.env : {};
  return [
    ...named(textOf(variables, variable), `${variable} in ${where}`),
    ...named(textOf(settings, key), `${key} in ${where}`),
  ];
}

const named = (path: string | null, namedBy: string) => (path ? [{ path, namedBy }] : []);
