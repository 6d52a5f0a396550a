/**
 * What the person's environment, `config.toml` and arguments say about where Codex sends its requests, and through
 * which proxy.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRecord, parseRecord } from '../common/json.ts';
import type { Variables } from '../contract/invocation.ts';
import type { ApiAddress, UserSettings } from '../contract/launch.ts';
import { splitWords } from './arguments.ts';
import { readOverride, readStrings } from './toml.ts';

const proxyVariable = /^(https?|all|no)_proxy$/i;

/** Folder of the agent's own files. */
export const codexHome = (env: Variables): string => env.CODEX_HOME || join(env.HOME || homedir(), '.codex');

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // missing or unreadable: the agent should complain
  }
}

/** Default addresses of the local providers for `--oss`. Not tested. */
const builtIn: Readonly<Record<string, string>> = {
  ollama: 'http://localhost:11434/v1',
  lmstudio: 'http://localhost:1234/v1',
};

/** With a ChatGPT login, the requests go to another host than with a key. Not tested, for lack of an account. */
function vendorAddress(home: string): string {
  const auth = parseRecord(read(join(home, 'auth.json')));
  const hasLogin = auth !== null && isRecord(auth.tokens);
  return hasLogin ? 'https://chatgpt.com/backend-api/codex' : 'https://api.openai.com/v1';
}

function apiOf(args: readonly string[], home: string): ApiAddress {
  const words = splitWords(args);
  const given = (name: string) => words.findLast((word) => word.name === name)?.value ?? null;
  const profile = given('-p');
  const overrides = words.filter(({ name }) => name === '-c').map(({ value }) => value ?? '');
  const settings = new Map([
    ...readStrings(read(join(home, 'config.toml'))),
    ...(profile === null ? [] : readStrings(read(join(home, `${profile}.config.toml`)))),
    ...overrides.flatMap((override) => [...readOverride(override)]),
  ]);
  const isLocal = words.some(({ name }) => name === '--oss');
  const provider = isLocal
    ? (given('--local-provider') ?? settings.get('oss_provider') ?? 'ollama')
    : (settings.get('model_provider') ?? 'openai');
  const address =
    settings.get(`model_providers.${provider}.base_url`) ??
    builtIn[provider] ??
    settings.get('openai_base_url') ??
    vendorAddress(home);
  const url = URL.canParse(address) ? new URL(address) : new URL('https://api.openai.com');
  const secure = url.protocol !== 'http:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure };
}

export function readUserSettings(
  args: readonly string[],
  env: Variables,
): UserSettings & { readonly api: ApiAddress } {
  return {
    api: apiOf(args, codexHome(env)),
    proxy: Object.fromEntries(Object.entries(env).filter(([name]) => proxyVariable.test(name))),
    pings: false,
    settled: [],
    tunnelAllowed: true,
    hooksAllowed: false,
    deadlineMs: null,
    given: {},
  };
}
