/** A cell of the Agent SDK's table: what happens to the agent, in which phase, and what the host saw. */
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
  /** Prompts that the host has given. Each must have one result. */
  readonly prompts: number;
  readonly results: number;
  readonly failedResults: number;
  readonly beginnings: number;
  readonly sessionIds: number;
  /** How many times the command of the turn has run. Once is right, and so is never if the agent was killed before. */
  readonly ran: number;
  /** From the beginning of the trouble to the last result. Null: no result came after it. */
  readonly backMs: number | null;
  /** Processes that were still there at the end. */
  readonly left: number;
}

export const nameOf = ({ version, phase, trouble, guarded }: Cell): string =>
  `${version}/${phase}/${trouble}/${guarded ? 'guarded' : 'alone'}`;

/** What went wrong, for people. Empty: the host has noticed nothing. */
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
