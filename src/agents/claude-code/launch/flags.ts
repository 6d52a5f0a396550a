/**
 * The command line of Claude Code as data: every flag and subcommand that 1.0.56, 2.1.42, 2.1.197 and 2.1.329 print
 * with `--help`, and the hidden ones that those versions accept.
 *
 * A flag is written as `--help` prints it, so a new version's flag is pasted in as one line: `<x>` takes one word,
 * `<x...>` all words up to the next flag, `[x]` a word unless that is a flag.
 */

/** How many of the words after it a flag takes. */
export type Takes = 'nothing' | 'one' | 'many' | 'maybe';

export interface Flag {
  readonly names: readonly string[];
  readonly takes: Takes;
  readonly group: keyof typeof groups;
}

const groups = {
  /** The agent prints and ends, or hands the conversation to another process: there is nothing to guard. */
  plain: [
    '-v, --version',
    '-V',
    '-h, --help',
    '--bg, --background',
    '--desktop',
    '--tmux',
    '--init-only',
    '--handle-uri <uri>',
    '--cloud [description]',
    '--remote [description]',
    '--environment <id>',
    '--attach-serve <session>',
    '--routine <name>',
    '--exec <command>',
  ],
  /** The agent answers on standard output. */
  print: ['-p, --print', '--sdk-url <url>'],
  /** Choose which conversation to open, or how to begin it. Meaningless once a resume names the conversation. */
  conversation: [
    '-c, --continue',
    '-r, --resume [value]',
    '--fork-session',
    '--session-id <uuid>',
    '--from-pr [value]',
    '--teleport [session]',
    '--resume-session-at <message>',
    '--resume-drops-turn <message>',
    '--rewind-files <message>',
    '--reply-on-resume',
    '--prefill <text>',
    '--prefill-b64 <text>',
    '--deep-link-origin',
    '--deep-link-repo <slug>',
    '--deep-link-last-fetch <ms>',
    '--deep-link-cwd-b64 <b64>',
    '--init',
    '--maintenance',
    '-n, --name <name>',
  ],
  /** The person's own settings; ours are merged into them. */
  settings: ['--settings <file-or-json>', '--setting-sources <sources>'],
  /** How much the agent may do without asking. */
  permission: [
    '--permission-mode <mode>',
    '--dangerously-skip-permissions',
    '--allow-dangerously-skip-permissions',
    '--enable-auto-mode',
  ],
  /** A checkout of its own. Without a name, every launch would make another one. */
  worktree: ['-w, --worktree [name]'],
  /** Apply to the process, not to the conversation, so they are given again at every launch. */
  process: [
    '-d, --debug [filter]',
    '-d2e, --debug-to-stderr',
    '--debug-file <path>',
    '--verbose',
    '--bare',
    '--safe-mode',
    '--output-format <format>',
    '--json-schema <schema>',
    '--include-hook-events',
    '--include-partial-messages',
    '--forward-subagent-text',
    '--session-mirror',
    '--await-claim',
    '--input-format <format>',
    '--await-initialize',
    '--thinking <mode>',
    '--thinking-display <display>',
    '--max-thinking-tokens <tokens>',
    '--max-turns <turns>',
    '--max-budget-usd <amount>',
    '--task-budget <tokens>',
    '--replay-user-messages',
    '--prompt-suggestions [value]',
    '--enable-auth-status',
    '--allowedTools, --allowed-tools <tools...>',
    '--tools <tools...>',
    '--restricted',
    '--disallowedTools, --disallowed-tools <tools...>',
    '--mcp-config <configs...>',
    '--mcp-debug',
    '--permission-prompt-tool <tool>',
    '--permission-prompts <target>',
    '--system-prompt <prompt>',
    '--system-prompt-file <file>',
    '--append-system-prompt <prompt>',
    '--append-system-prompt-file <file>',
    '--system-prompt-snapshot <on|off>',
    '--append-subagent-system-prompt <prompt>',
    '--append-subagent-system-prompt-file <file>',
    '--plan-mode-instructions <instructions>',
    '--exclude-dynamic-system-prompt-sections',
    '--inherit-permission-mode <mode>',
    '--watch-artifact <artifact>',
    '--watch-artifact-no-autoreact <artifact>',
    '--no-session-persistence',
    '--model <model>',
    '--include-unsupported-models',
    '--allow-other-models',
    '--effort <level>',
    '--fast-mode <on|off>',
    '--agent <agent>',
    '--agents <json-or-file>',
    '--betas <betas...>',
    '--fallback-model <model>',
    '--workload <tag>',
    '--client-data-url <url>',
    '--managed-settings <json>',
    '--managed-settings-in-initialize',
    '--initialize-fields <names>',
    '--host-auth-is-org-sign-in',
    '--add-dir <directories...>',
    '--project-config-root <dir>',
    '--ide',
    '--strict-mcp-config',
    '--plugin-dir <path>',
    '--plugin-dir-no-mcp <path>',
    '--plugin-url <url>',
    '--disable-slash-commands',
    '--chrome',
    '--no-chrome',
    '--file <specs...>',
    '--advisor <model>',
    '--autocompact <auto|tokens>',
    '--proactivity <level>',
    '--agents-view-if-allowed',
    '--messaging-socket-path <path>',
    '--brief',
    '--ax-screen-reader',
    '--channels <servers...>',
    '--dangerously-load-development-channels <servers...>',
    '--agent-id <id>',
    '--agent-name <name>',
    '--team-name <name>',
    '--agent-color <color>',
    '--agent-type <type>',
    '--plan-mode-required',
    '--parent-session-id <id>',
    '--lead-verify-key <key>',
    '--teammate-mode <mode>',
    '--runner-declares <names>',
    '--hold-repository-while-parked',
    '--session-began-as-copy <value>',
    '--forward-home-settings <true|false>',
    '--pool <id>',
    '--correlation-id <id>',
    '--metadata <key=value>',
    '--ref <ref>',
    '--on-branch <branch>',
    '--remote-control [name]',
    '--rc [name]',
    '--remote-control-session-name-prefix <prefix>',
    '--project [name]',
  ],
} as const;

/** Words that run a command instead of a conversation if they are the first word that is not a flag. */
export const subcommands: ReadonlySet<string> = new Set(
  [
    'agents attach auth auto-mode config daemon doctor gateway help import import-conversations install kill logs',
    'mcp migrate-installer plugin plugins project purge remote-control respawn rm sandbox self-hosted-runner',
    'setup-token stop ultrareview update upgrade worktree-hook workspace-trust edit-hook edit-permission-rules',
    'edit-memory-settings edit-skill-overrides edit-sandbox-settings edit-chrome-settings design-login rollback',
  ].flatMap((line) => line.split(' ')),
);

/** Subcommands that run for as long as somebody may need them. */
export const servingCommands: ReadonlySet<string> = new Set(['remote-control']);

function parseFlag(written: string, group: Flag['group']): Flag {
  // Every start of ours reads the whole table, and a regular expression would have to be compiled first.
  const at = Math.max(written.indexOf(' <'), written.indexOf(' ['));
  const [names, placeholder] = at < 0 ? [written, ''] : [written.slice(0, at), written.slice(at + 1)];
  const takes = placeholder.startsWith('[')
    ? 'maybe'
    : placeholder.endsWith('...>')
      ? 'many'
      : placeholder
        ? 'one'
        : 'nothing';
  return { names: names.split(', '), takes, group };
}

/** Every flag by each of its names. */
export const flags: ReadonlyMap<string, Flag> = new Map(
  Object.entries(groups).flatMap(([group, written]) =>
    written
      .map((line) => parseFlag(line, group as Flag['group']))
      .flatMap((flag) => flag.names.map((name) => [name, flag] as const)),
  ),
);
