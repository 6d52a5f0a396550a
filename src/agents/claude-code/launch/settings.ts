/**
 * The settings that the agent gets: the person's own `--settings` with ours merged in. Hooks and variables of the
 * settings files stay in force: the agent merges them (measured).
 *
 * Each hook is a shell line that stores its input as one file in the spool folder, in about 10 ms. It prints nothing
 * and always succeeds, so the agent does what it would have done without the hook. The spool's path is in the
 * environment, not in the settings: the agent notes the name of its settings file for sessions in the background and
 * reads the file again weeks later (2.1.329: `Settings file not found`), so the file must be the same in every run.
 */

import { isRecord, type Json } from '../../common/json.ts';
import { beforeEditShell, editToolsMatcher, otherToolsMatcher } from '../senses/edit-watch.ts';

/** Seconds after which the agent gives up on a hook of ours, because a full disk must not hold up a tool. */
const timeoutS = 10;

/**
 * How the paths of the hooks' files begin: the spool folder, and the word that marks them as this agent's. Unset for an
 * agent that was started without a guard, or by a service that was.
 */
export const spoolVariable = 'GUARDED_CLAUDE_SPOOL';

/**
 * The shell line of a hook. The rename makes the file appear complete. Its name shows which agent wrote it: the agent
 * is the parent of the shell in every version (2.1.38 to 2.1.329).
 * @param before shell text that looks at the world while the agent waits
 */
function spoolCommand(before = ''): string {
  const rename = 'mv -f "$f.part" "$f.json"';
  const store = before === '' ? rename : `{ ${before}; ${rename}; }`;
  const name = `f="$${spoolVariable}$PPID.$$"`;
  return `[ -z "$${spoolVariable}" ] || { ${name}; cat >"$f.part" && ${store}; } 2>/dev/null || :`;
}

/**
 * All but a fresh start. If any SessionStart hook runs at a fresh start and the person later rewinds to before their
 * first prompt, the agent records the next prompt as a sequel of what was taken back (2.1.38 to 2.1.329), and the next
 * resume finds all of it again. At a fresh start, the hook of the first prompt reports the session.
 */
const reportedStarts = 'resume|clear|compact';

export interface SettingsParts {
  /** Hook events to spool. */
  readonly hooks: readonly string[];
  /** Variables that must override those of the person's settings files. */
  readonly variables: Readonly<Record<string, string>>;
}

function withHook(hooks: Json, event: string, command: string, matcher?: string): Json {
  const present = hooks[event];
  const ours = {
    ...(matcher === undefined ? {} : { matcher }),
    hooks: [{ type: 'command', command, timeout: timeoutS }],
  };
  return { ...hooks, [event]: [...(Array.isArray(present) ? present : []), ours] };
}

function withSpool(hooks: Json, event: string): Json {
  const plain = spoolCommand();
  if (event === 'SessionStart') return withHook(hooks, event, plain, reportedStarts);
  if (event !== 'PreToolUse') return withHook(hooks, event, plain);
  const watched = withHook(hooks, event, spoolCommand(beforeEditShell('"$f.part"')), editToolsMatcher);
  return withHook(watched, event, plain, otherToolsMatcher);
}

/** Merges ours into the person's settings. Nothing of theirs is replaced except variables that we set. */
export function mergeSettings(user: Json, parts: SettingsParts): Json {
  let hooks: Json = isRecord(user.hooks) ? user.hooks : {};
  for (const event of parts.hooks) hooks = withSpool(hooks, event);
  const env = { ...(isRecord(user.env) ? user.env : {}), ...parts.variables };
  return {
    ...user,
    ...(Object.keys(hooks).length > 0 ? { hooks } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
  };
}
