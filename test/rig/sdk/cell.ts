/** A cell of the table of the Agent SDK: what happens to its agent, and when; and what its host saw. */
import type { PhaseName } from './phases.ts';
import type { TroubleName } from './troubles.ts';

export interface Cell {
  readonly version: string;
  readonly phase: PhaseName;
  readonly trouble: TroubleName;
  readonly guarded: boolean;
}

export interface CellResult extends Cell {
  readonly date: string;
  /** Load average of the minute before. */
  readonly load: number;
  /** How `for await` ended: by itself, by throwing, or not within the host's patience. */
  readonly end: 'well' | 'error' | 'none';
  /** What it threw, or what a result that is an error says. */
  readonly error: string | null;
  /** Prompts that the host has said: each is to have one result. */
  readonly prompts: number;
  readonly results: number;
  readonly failedResults: number;
  readonly beginnings: number;
  readonly sessionIds: number;
  /** How often the command of the turn has run; it may once. */
  readonly ran: number;
  /** From the beginning of the trouble to the last result; null: there was none after it. */
  readonly backMs: number | null;
  /** Processes that were there when all was over. */
  readonly left: number;
}

export const nameOf = ({ version, phase, trouble, guarded }: Cell): string =>
  `${version}/${phase}/${trouble}/${guarded ? 'guarded' : 'alone'}`;

/** What is wrong, for people; empty: the host has noticed nothing. */
export function faultsOf(result: CellResult): readonly string[] {
  const { end, error, prompts, results, failedResults, beginnings, sessionIds, ran, left } = result;
  const told = error === null ? '' : `: ${error}`;
  return [
    ...(end === 'error' ? [`throws${told}`] : []),
    ...(end === 'none' && results < prompts ? ['no result'] : []),
    ...(end === 'none' && results >= prompts ? ['no end'] : []),
    ...(failedResults > 0 ? [`a result that is an error${told}`] : []),
    ...(end === 'well' && results !== prompts ? [`${results} results`] : []),
    ...(end === 'well' && beginnings !== prompts ? [`${beginnings} beginnings`] : []),
    ...(sessionIds > 1 ? [`${sessionIds} session ids`] : []),
    ...(ran > 1 ? [`the command ran ${ran} times`] : []),
    ...(left > 0 && result.guarded ? [`${left} processes left`] : []),
  ];
}
