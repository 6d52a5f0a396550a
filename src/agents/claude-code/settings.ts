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

/** Where hooks leave their input, and the word by which their files are known for this agent's. */
export interface Spool {
  readonly folder: string;
  readonly word: string;
}

/**
 * The shell line of a hook. The rename makes the file appear complete; its name says who has left it: the agent is the
 * parent of the shell in every version (2.1.38 to 2.1.329).
 * @param before shell text that looks at the world while the agent waits
 */
function spoolCommand({ folder, word }: Spool, before = ''): string {
  const rename = 'mv -f "$f.part" "$f.json"';
  const store = before === '' ? rename : `{ ${before}; ${rename}; }`;
  return `f=${quote(`${folder}/${word}.`)}$PPID.$$; { cat >"$f.part" && ${store}; } 2>/dev/null || :`;
}

/**
 * Not at the very start: where any SessionStart hook has run then, and the person rewinds to before their first prompt,
 * the agent records the next one as a sequel of what was taken back (2.1.38 to 2.1.329), and the next resume finds it
 * all again. The first prompt tells of the session, too.
 */
const startsToldOf = 'resume|clear|compact';

export interface SettingsParts {
  /** Hook events to spool, and where to; null: none. */
  readonly hooks: { readonly events: readonly string[]; readonly spool: Spool } | null;
  /** Variables that shall win over those of the user's settings files. */
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

function withSpool(hooks: Json, event: string, spool: Spool): Json {
  const plain = spoolCommand(spool);
  if (event === 'SessionStart') return withHook(hooks, event, plain, startsToldOf);
  if (event !== 'PreToolUse') return withHook(hooks, event, plain);
  const watched = withHook(hooks, event, spoolCommand(spool, beforeEditShell('"$f.part"')), editToolsMatcher);
  return withHook(watched, event, plain, otherToolsMatcher);
}

/** Merges ours into the user's settings. Nothing of the user's is removed but variables that we set. */
export function mergeSettings(user: Json, parts: SettingsParts): Json {
  const spooled = parts.hooks;
  let hooks: Json = isRecord(user.hooks) ? user.hooks : {};
  if (spooled !== null) for (const event of spooled.events) hooks = withSpool(hooks, event, spooled.spool);
  const env = { ...(isRecord(user.env) ? user.env : {}), ...parts.variables };
  return {
    ...user,
    ...(Object.keys(hooks).length > 0 ? { hooks } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
  };
}
