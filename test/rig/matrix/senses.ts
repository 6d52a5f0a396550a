/** Which senses the guard has in a column of the matrix. Whatever is missing, it must not become hasty, nor blind. */
export const senses = {
  all: { what: 'all senses', settings: {} },
  'hooks-off': { what: 'no hooks', settings: { GUARDED_CLAUDE_HOOKS: 'off' } },
  'tunnel-off': { what: 'no tunnel', settings: { GUARDED_CLAUDE_TUNNEL: 'off' } },
  'pty-only': {
    what: 'the terminal alone: no tunnel, no hooks, no program status, no transcript',
    settings: {
      GUARDED_CLAUDE_TUNNEL: 'off',
      GUARDED_CLAUDE_HOOKS: 'off',
      GUARDED_CLAUDE_PROGRAM_STATUS: 'off',
      GUARDED_CLAUDE_TRANSCRIPT: 'off',
    },
  },
} as const satisfies Record<
  string,
  { readonly what: string; readonly settings: Readonly<Record<string, string>> }
>;

export type Senses = keyof typeof senses;
export const sensesNames = Object.keys(senses) as readonly Senses[];

/** The guard sees connections. */
export const seesWire = (column: Senses): boolean => column === 'all' || column === 'hooks-off';
