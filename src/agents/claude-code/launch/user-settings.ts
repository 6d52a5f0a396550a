/**
 * What the person's environment and settings files say about the agent's network and hooks, read the way the agent
 * does: user < project < local < `--settings` < managed policy. A later file's variable wins.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { isRecord, type Json, parseRecord } from '../../common/json.ts';
import type { Variables } from '../../contract/invocation.ts';
import type { UserSettings } from '../../contract/launch.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { proxyVariables, shellFileVariable } from '../environment.ts';
import { splitWords } from './arguments.ts';
import { readGiven } from './given-settings.ts';
import { apiAddress, vendorHost } from './providers.ts';

/** A settings file as an object; null if it is missing or broken, in which case the agent ignores it, too. */
export function readRecord(path: string): Json | null {
  try {
    return parseRecord(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Folder of the agent's own files. */
export function configFolder(env: Variables): string {
  return env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), '.claude');
}

/** Folder of the settings that an administrator prescribes (the agent's documentation, "managed settings"). */
export const managedFolder = () =>
  platform() === 'darwin' ? '/Library/Application Support/ClaudeCode' : '/etc/claude-code';

export function readManaged(folder: string, config: string): readonly Json[] {
  let extra: readonly string[] = [];
  try {
    extra = readdirSync(join(folder, 'managed-settings.d')).filter((name) => name.endsWith('.json'));
  } catch {
    // No drop-in folder: the usual case.
  }
  const paths = [
    join(config, 'remote-settings.json'),
    join(folder, 'managed-settings.json'),
    ...extra.toSorted().map((name) => join(folder, 'managed-settings.d', name)),
  ];
  return paths.map(readRecord).filter((settings) => settings !== null);
}

function variablesOf(settings: readonly Json[]): Variables {
  const found = settings.flatMap((each) => (isRecord(each.env) ? Object.entries(each.env) : []));
  return Object.fromEntries(found.map(([name, value]) => [name, String(value)]));
}

/** Variables by which a person allows a slow API more time. They can only raise the usual deadline. */
const deadlines = [
  'API_TIMEOUT_MS',
  'CLAUDE_STREAM_IDLE_TIMEOUT_MS',
  'CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS',
  'CLAUDE_STREAM_FIRST_BYTE_TIMEOUT_MS',
] as const;

function deadlineOf(env: Variables): number | null {
  const set = deadlines.map((name) => Number(env[name])).filter((ms) => Number.isFinite(ms) && ms > 0);
  return set.length === 0 ? null : Math.max(...set);
}

/** The files of user, project and local settings that these arguments let the agent load. */
function settingsFiles(args: readonly string[], config: string, cwd: string): readonly string[] {
  const uses = splitWords(args).flatMap((word) => word.uses);
  const chosen = uses.findLast((use) => use.name === '--setting-sources')?.value;
  const sources = uses.some((use) => use.name === '--restricted')
    ? []
    : (chosen?.split(',').map((source) => source.trim()) ?? ['user', 'project', 'local']);
  const files: Record<string, string> = {
    user: join(config, 'settings.json'),
    project: join(cwd, '.claude', 'settings.json'),
    local: join(cwd, '.claude', 'settings.local.json'),
  };
  return Object.entries(files)
    .filter(([source]) => sources.includes(source))
    .map(([, path]) => path);
}

/** Modes in which the agent runs no hooks (2.1.263, 2.1.329: `--help`). */
function withoutHooks(args: readonly string[], effective: Variables): boolean {
  const uses = splitWords(args).flatMap((word) => word.uses);
  const isOn = /^(1|true|yes|on)$/i.test(effective.CLAUDE_CODE_SIMPLE ?? '');
  return isOn || uses.some(({ name }) => name === '--bare' || name === '--safe-mode');
}

export function readUserSettings(
  args: readonly string[],
  env: Variables,
  cwd: string,
  version: AgentVersion | null,
  policyFolder: string = managedFolder(),
): UserSettings {
  const config = configFolder(env);
  const given = readGiven(args, cwd, version);
  const managed = readManaged(policyFolder, config);
  const files = settingsFiles(args, config, cwd).map(readRecord);
  const settings = [...files, given].filter((each) => each !== null);
  const policy = variablesOf(managed);
  const effective: Variables = { ...env, ...variablesOf(settings), ...policy };
  const all = [...settings, ...managed];
  const shellFile = variablesOf(settings)[shellFileVariable];
  // Whoever has to log in at a gateway asks there; the agent keeps its address with the login.
  const isBehindGateway = managed.some((each) => each.forceLoginGatewayUrl !== undefined);
  const api = isBehindGateway ? null : apiAddress(effective, version);
  const authorities = effective.NODE_EXTRA_CA_CERTS;
  return {
    ...(shellFile === undefined ? {} : { shellFile }),
    settled: Object.keys(variablesOf(settings)),
    api,
    pings: api?.host === vendorHost,
    proxy: {
      ...Object.fromEntries(proxyVariables.map((name) => [name, effective[name]])),
      ...(authorities && { NODE_EXTRA_CA_CERTS: resolve(cwd, authorities) }),
    },
    tunnelAllowed: !proxyVariables.some((name) => name in policy) && !effective.ANTHROPIC_UNIX_SOCKET,
    hooksAllowed:
      given !== null &&
      !withoutHooks(args, effective) &&
      all.findLast((each) => 'disableAllHooks' in each)?.disableAllHooks !== true &&
      !managed.some((each) => each.allowManagedHooksOnly === true),
    deadlineMs: deadlineOf(effective),
    given,
  };
}
