/**
 * The settings that the agent gets: the user's own `--settings` with ours merged in. Hooks and variables of the
 * settings files stay in force beside them (lab notes §5, §9).
 *
 * Each hook is a shell line that stores its input as one file in the spool folder, about 10 ms. It writes nothing on
 * its output and always succeeds, so the agent does what it would have done without it.
 */

import { isRecord, type Json } from '../common/json.ts';
import { beforeEditShell, editToolsMatcher, otherToolsMatcher } from './edit-watch.ts';

/** Seconds after which the agent gives up on a hook of ours; a full disk must not hold up a tool. */
const timeoutS = 10;

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The shell line of a hook. The rename makes the file appear complete; `$$` is its name until it is read.
 * @param before shell text that looks at the world while the agent waits
 */
function spoolCommand(spoolDir: string, before = ''): string {
  const rename = 'mv -f "$f.part" "$f.json"';
  const store = before === '' ? rename : `{ ${before}; ${rename}; }`;
  return `f=${quote(spoolDir)}/$$; { cat >"$f.part" && ${store}; } 2>/dev/null || :`;
}

/** Hands the user's own proxy variables to the agent's tools, which would otherwise inherit the tunnel. */
function toolsCommand(toolsFile: string): string {
  return `[ -z "$CLAUDE_ENV_FILE" ] || cat ${quote(toolsFile)} >>"$CLAUDE_ENV_FILE" 2>/dev/null || :`;
}

export interface SettingsParts {
  /** Hook events to spool, and where to; null: none. */
  readonly hooks: { readonly events: readonly string[]; readonly spoolDir: string } | null;
  /** Variables that shall win over those of the user's settings files. */
  readonly variables: Readonly<Record<string, string>>;
  /** File with shell lines for the tools' environment; null: none. */
  readonly toolsFile: string | null;
}

function withHook(hooks: Json, event: string, command: string, matcher?: string): Json {
  const present = hooks[event];
  const ours = {
    ...(matcher === undefined ? {} : { matcher }),
    hooks: [{ type: 'command', command, timeout: timeoutS }],
  };
  return { ...hooks, [event]: [...(Array.isArray(present) ? present : []), ours] };
}

function withSpool(hooks: Json, event: string, spoolDir: string): Json {
  const plain = spoolCommand(spoolDir);
  if (event !== 'PreToolUse') return withHook(hooks, event, plain);
  const watched = withHook(
    hooks,
    event,
    spoolCommand(spoolDir, beforeEditShell('"$f.part"')),
    editToolsMatcher,
  );
  return withHook(watched, event, plain, otherToolsMatcher);
}

/** Merges ours into the user's settings. Nothing of the user's is removed but variables that we set. */
export function mergeSettings(user: Json, parts: SettingsParts): Json {
  const spool = parts.hooks;
  let hooks: Json = isRecord(user.hooks) ? user.hooks : {};
  if (parts.toolsFile !== null) hooks = withHook(hooks, 'SessionStart', toolsCommand(parts.toolsFile));
  if (spool !== null) for (const event of spool.events) hooks = withSpool(hooks, event, spool.spoolDir);
  const env = { ...(isRecord(user.env) ? user.env : {}), ...parts.variables };
  return {
    ...user,
    ...(Object.keys(hooks).length > 0 ? { hooks } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
  };
}
