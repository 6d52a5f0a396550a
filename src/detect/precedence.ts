/**
 * Which claim wins: the first row that somebody claims. First it is asked whether a turn runs; of one that runs, what it
 * does. A strong witness is never overruled by a weak one, and that some process lives is the weakest of all. The table
 * is printed in `docs/how-it-decides.md`.
 */
import type { Activity, Claim, Grade, Sense } from './claims.ts';

/** What the agent is doing, for those who judge. `working`: it waits for the API. */
export type Doing = 'idle' | 'dialog' | 'limit' | 'retrying' | 'compacting' | 'tool' | 'working';

export interface Row {
  readonly question: 'does a turn run?' | 'what does it do?';
  readonly sense: Sense;
  readonly claims: readonly Activity[];
  /** Absent: whatever the claim is worth. */
  readonly grade?: Grade;
  readonly means: Doing;
  /** One line for people. */
  readonly why: string;
}

const runs = 'does a turn run?';
const does = 'what does it do?';
const busy: readonly Activity[] = ['working', 'retrying', 'compacting', 'tool'];

export const precedence: readonly Row[] = [
  { question: runs, sense: 'screen', claims: ['dialog'], means: 'dialog', why: 'a person is asked' },
  {
    question: runs,
    sense: 'status',
    claims: ['dialog'],
    means: 'dialog',
    why: 'the agent says that it is blocked',
  },
  { question: runs, sense: 'screen', claims: ['limit'], means: 'limit', why: 'a usage limit is waited for' },
  {
    question: runs,
    sense: 'screen',
    claims: ['idle'],
    grade: 'sure',
    means: 'idle',
    why: 'a free prompt, borne out by hooks or by time; program status goes on to say "working" beside background work',
  },
  { question: runs, sense: 'status', claims: ['idle'], means: 'idle', why: 'the agent says that it rests' },
  {
    question: runs,
    sense: 'status',
    claims: ['working'],
    means: 'working',
    why: 'the agent says that it works',
  },
  { question: runs, sense: 'screen', claims: ['idle'], means: 'idle', why: 'a free prompt' },
  { question: runs, sense: 'screen', claims: busy, means: 'working', why: 'a spinner' },
  { question: runs, sense: 'hooks', claims: ['idle'], means: 'idle', why: 'the turn has ended' },
  { question: runs, sense: 'hooks', claims: ['working'], means: 'working', why: 'a prompt was taken' },
  {
    question: does,
    sense: 'screen',
    claims: ['retrying'],
    means: 'retrying',
    why: 'the agent counts down to its own try',
  },
  {
    question: does,
    sense: 'record',
    claims: ['retrying'],
    means: 'retrying',
    why: 'the same, told on record only',
  },
  { question: does, sense: 'screen', claims: ['compacting'], means: 'compacting', why: 'it says so' },
  { question: does, sense: 'hooks', claims: ['tool'], means: 'tool', why: 'a tool of the main turn is open' },
  {
    question: does,
    sense: 'wire',
    claims: ['requesting', 'receiving'],
    grade: 'sure',
    means: 'working',
    why: 'a request is out, and hooks tell of no step of the agent since',
  },
  {
    question: does,
    sense: 'process',
    claims: ['tool'],
    means: 'tool',
    why: 'a process in a session of its own',
  },
  {
    question: does,
    sense: 'record',
    claims: ['tool'],
    means: 'tool',
    why: 'a call on record without a result',
  },
  {
    question: does,
    sense: 'screen',
    claims: ['tool'],
    grade: 'sure',
    means: 'tool',
    why: 'the row of a running tool, where no hook tells of the turn',
  },
];

const ofTurn = precedence.filter(({ question }) => question === runs);
const ofStep = precedence.filter(({ question }) => question === does);

/** What wins among these claims; null: nobody says anything. */
export function decide(claims: readonly Claim[]): Doing | null {
  const turn = first(runs, claims);
  if (turn !== 'working') return turn;
  return first(does, claims) ?? 'working';
}

function first(question: Row['question'], claims: readonly Claim[]): Doing | null {
  for (const row of question === runs ? ofTurn : ofStep)
    for (const claim of claims) if (supports(claim, row)) return row.means;
  return null;
}

function supports({ sense, activity, grade }: Claim, row: Row): boolean {
  return sense === row.sense && row.claims.includes(activity) && (row.grade ?? grade) === grade;
}

/** The table for the documents. */
export function printed(): string {
  const rows = precedence.map(
    ({ question, sense, claims, grade, means, why }) =>
      `| ${question} | ${sense} | ${claims.join(', ')}${grade ? ` (${grade})` : ''} | ${means} | ${why} |`,
  );
  return ['| question | sense | claim | means | why |', '|---|---|---|---|---|', ...rows].join('\n');
}
