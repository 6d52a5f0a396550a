/**
 * The agent's environment: the person's own, with the mark of this guard and the tunnel as its proxy. If we run inside
 * another agent, that agent's marks are left out, because they would switch off the transcript.
 */

import { runVariable } from '../../platform/run-mark.ts';
import { shellWord } from '../../platform/shell-words.ts';
import type { Variables } from '../contract/invocation.ts';

/** Set by a running agent for its tools. Seen on 2.1.42, 2.1.197 and 2.1.329. */
const marksOfAnAgent: ReadonlySet<string> = new Set([
  'AI_AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE_CHILD_NOTES_DIR',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_CODE_MESSAGING_SOCKET',
  'CLAUDE_CODE_MESSAGING_TOKEN',
  'CLAUDE_CODE_SESSION_ATTENDED',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_EFFORT',
  'CLAUDE_ENV_FILE',
  'CLAUDE_PID',
]);

/** Every spelling under which the agent looks for a proxy; it prefers lower case. 2.1.329 reads ALL_PROXY, too. */
export const proxyVariables = [
  'https_proxy',
  'HTTPS_PROXY',
  'http_proxy',
  'HTTP_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
] as const;

export function agentEnvironment(
  env: Variables,
  runId: string,
  tunnel: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  // An editor that starts the agent sets some of them on purpose. Then there is no agent around us.
  const isInherited = env.CLAUDECODE !== undefined || env.CLAUDE_CODE_CHILD_SESSION !== undefined;
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !(isInherited && marksOfAnAgent.has(entry[0])),
  );
  return { ...Object.fromEntries(kept), ...tunnel, [runVariable]: runId };
}

/**
 * Names a file that the agent sources before each of its commands (its documentation, "Bash tool"; 2.1.38 to 2.1.329).
 */
export const shellFileVariable = 'CLAUDE_ENV_FILE';

/** The name under which the agent's environment carries a variable of the person's that the tunnel replaces. */
const carriedName = (name: string) => `GUARDED_OWN_${name}`;

/**
 * The variables to which the shell lines below refer. A proxy's password is passed in the environment, never in a file.
 */
export function carriedVariables(
  original: Variables,
  tunnel: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const carried = Object.keys(tunnel).flatMap((name) => {
    const value = original[name];
    return value === undefined ? [] : [[carriedName(name), value] as const];
  });
  return Object.fromEntries(carried);
}

/** The environment with the person's proxy variables as they were before a tunnel of ours replaced them. */
export function beforeTunnel(env: Variables): Variables {
  const before = (name: string) => {
    const value = env[name] ?? '';
    if (/^http:\/\/guard:\w+@127\.0\.0\.1:\d+$/.test(value)) return env[carriedName(name)];
    return /^no_proxy$/i.test(name) ? (env[carriedName(name)] ?? env[name]) : env[name];
  };
  return { ...env, ...Object.fromEntries(proxyVariables.map((name) => [name, before(name)])) };
}

/**
 * Shell lines that restore the person's own values of the tunnel's variables for the agent's tools. Each line succeeds,
 * because the agent joins them with `&&`.
 * @param userFile the person's own file of this kind, which ours replaces
 */
export function toolEnvironment(
  original: Variables,
  tunnel: Readonly<Record<string, string>>,
  userFile?: string,
): string {
  const restored = Object.keys(tunnel).map((name) =>
    original[name] === undefined
      ? `unset ${name}`
      : `export ${name}="$${carriedName(name)}"; unset ${carriedName(name)}`,
  );
  const own =
    userFile === undefined
      ? [`unset ${shellFileVariable}`]
      : [
          `export ${shellFileVariable}=${shellWord(userFile)}`,
          `{ [ ! -r ${shellWord(userFile)} ] || . ${shellWord(userFile)} || :; }`,
        ];
  return [...restored, ...own].map((line) => `${line}\n`).join('');
}
