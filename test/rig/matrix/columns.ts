/** The columns of the matrix: which senses the guard has, and where the agent's requests go. */
import type { Surroundings } from '../../../src/drill/world.ts';
import { type Senses, senses } from './senses.ts';

interface ColumnData {
  readonly what: string;
  readonly senses: Senses;
  readonly surroundings: Surroundings;
}

const firstParty = (name: Senses): ColumnData => ({
  what: senses[name].what,
  senses: name,
  surroundings: 'first-party',
});

export const columns = {
  all: firstParty('all'),
  gateway: {
    what: 'all senses, behind a gateway with a base URL of its own and without a proxy',
    senses: 'all',
    surroundings: 'gateway',
  },
  'hooks-off': firstParty('hooks-off'),
  'tunnel-off': firstParty('tunnel-off'),
  'pty-only': firstParty('pty-only'),
} as const satisfies Record<string, ColumnData>;

export type Column = keyof typeof columns;
export const columnNames = Object.keys(columns) as readonly Column[];
