/**
 * Which claim wins: the first row that a claim fits decides. The first question is whether a turn runs; if one does,
 * the second is what it does. A weak witness never overrules a strong one, and a living process is the weakest of all.
 * `docs/how-it-decides.md` prints the table.
 */

import type { Activity, Claim, Grade, Sense } from './claim.ts';
import type { Doing } from './phases.ts';

export interface Row {
  readonly question: 'does a turn run?' | 'what does it do?';
  readonly sense: Sense;
  readonly claims: readonly Activity[];
  /** Absent: any grade. */
  readonly grade?: Grade;
  readonly means: Doing;
  /** One line for people. */
  readonly why: string;
}

const busy: readonly Activity[] = ['working', 'retrying', 'compacting', 'tool'];

type Tell = (sense: Sense, claims: readonly Activity[], means: Doing, why: string, grade?: Grade) => Row;
const of =
  (question: Row['question']): Tell =>
  (sense, claims, means, why, grade) => ({ question, sense, claims, means, why, ...(grade && { grade }) });
const runs = of('does a turn run?');
const does = of('what does it do?');

const confirmed =
  'a free prompt, confirmed by hooks or by time; program status still says "working" during background work';
const asked = 'a request is open, and hooks have reported no step of the agent since';
const row = 'the row of a running tool, if no hook reports the turn';

export const precedence: readonly Row[] = [
  runs('screen', ['dialog'], 'dialog', 'a person is asked'),
  runs('status', ['dialog'], 'dialog', 'the agent says that it is blocked'),
  runs('screen', ['limit'], 'limit', 'the agent waits for a usage limit to reset'),
  runs('screen', ['idle'], 'idle', confirmed, 'sure'),
  runs('status', ['idle'], 'idle', 'the agent says that it is idle'),
  runs('status', ['working'], 'working', 'the agent says that it is working'),
  runs('screen', ['idle'], 'idle', 'a free prompt'),
  runs('screen', busy, 'working', 'a spinner'),
  runs('hooks', ['idle'], 'idle', 'the turn has ended'),
  runs('hooks', ['working'], 'working', 'a prompt was taken'),
  does('screen', ['retrying'], 'retrying', 'the agent counts down to its own retry'),
  does('record', ['retrying'], 'retrying', 'the same, known only from the record'),
  does('screen', ['compacting'], 'compacting', 'it says so'),
  does('hooks', ['tool'], 'tool', 'a tool of the main turn is open'),
  does('wire', ['requesting', 'receiving'], 'working', asked, 'sure'),
  does('process', ['tool'], 'tool', 'a process in a session of its own'),
  does('record', ['tool'], 'tool', 'a call on record without a result'),
  does('screen', ['tool'], 'tool', row, 'sure'),
];

const turnRows = precedence.filter(({ question }) => question === 'does a turn run?');
const stepRows = precedence.filter(({ question }) => question === 'what does it do?');

/** What these claims together say the agent is doing; null: no row fits. */
export function decide(claims: readonly Claim[]): Doing | null {
  const turn = first(turnRows, claims);
  if (turn !== 'working') return turn;
  return first(stepRows, claims) ?? 'working';
}

function first(rows: readonly Row[], claims: readonly Claim[]): Doing | null {
  return rows.find((row) => claims.some((claim) => supports(claim, row)))?.means ?? null;
}

function supports({ sense, activity, grade }: Claim, row: Row): boolean {
  return sense === row.sense && row.claims.includes(activity) && (row.grade ?? grade) === grade;
}

/** The table as `docs/how-it-decides.md` shows it. */
export function markdownTable(): string {
  const rows = precedence.map(
    ({ question, sense, claims, grade, means, why }) =>
      `| ${question} | ${sense} | ${claims.join(', ')}${grade ? ` (${grade})` : ''} | ${means} | ${why} |`,
  );
  return ['| question | sense | claim | means | why |', '|---|---|---|---|---|', ...rows].join('\n');
}
