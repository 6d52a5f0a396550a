/** The command line of Codex as a table, from `codex --help` and `codex resume --help` of 0.169.0. */

/** `many`: every word up to the next flag. */
export type Takes = 'nothing' | 'one' | 'many';

export interface Flag {
  readonly takes: Takes;
  /**
   * `conversation`: chooses or begins a conversation. `permission`: says what the agent may do. Neither is repeated at
   * a relaunch. `plain`: there is no session on this machine to guard. `setting`: everything else.
   */
  readonly group: 'setting' | 'permission' | 'conversation' | 'plain';
}

const table: readonly (readonly [string, Takes, Flag['group']])[] = [
  ['-c --config', 'one', 'setting'],
  ['--enable', 'one', 'setting'],
  ['--disable', 'one', 'setting'],
  ['--remote', 'one', 'plain'],
  ['--remote-auth-token-env', 'one', 'plain'],
  ['--strict-config', 'nothing', 'setting'],
  ['-i --image', 'many', 'conversation'],
  ['-m --model', 'one', 'setting'],
  ['--oss', 'nothing', 'setting'],
  ['--local-provider', 'one', 'setting'],
  ['-p --profile', 'one', 'setting'],
  ['-s --sandbox', 'one', 'permission'],
  ['--approve-for-me', 'nothing', 'permission'],
  ['--dangerously-bypass-approvals-and-sandbox --yolo', 'nothing', 'permission'],
  ['--dangerously-bypass-hook-trust', 'nothing', 'setting'],
  ['-C --cd', 'one', 'setting'],
  ['--worktree', 'nothing', 'conversation'],
  ['--add-dir', 'one', 'setting'],
  ['-a --ask-for-approval', 'one', 'permission'],
  ['--search', 'nothing', 'setting'],
  ['--no-alt-screen', 'nothing', 'setting'],
  ['--no-daemon', 'nothing', 'setting'],
  ['--last', 'nothing', 'conversation'],
  ['--all', 'nothing', 'conversation'],
  ['--include-non-interactive', 'nothing', 'conversation'],
  ['-h --help', 'nothing', 'plain'],
  ['-V --version', 'nothing', 'plain'],
];

/** Every flag by each of its names; `name` is the first one. */
export const flags: ReadonlyMap<string, Flag & { readonly name: string }> = new Map(
  table.flatMap(([names, takes, group]) => {
    const all = names.split(' ');
    return all.map((name) => [name, { name: all[0] ?? name, takes, group }] as const);
  }),
);

/** Subcommands that open a conversation in the terminal. */
export const conversations: ReadonlySet<string> = new Set(['resume', 'fork']);

/** Every other subcommand runs as it is. */
export const subcommands: ReadonlySet<string> = new Set(
  (
    'agents exec e review login logout mcp plugin app-server remote-control completion update doctor sandbox debug ' +
    'apply a queue archive delete migrate-rollouts migrate-nfs-db unarchive cloud exec-server features help'
  ).split(' '),
);
