/**
 * What a series of episodes comes to, version by version: what was given, what became of it, and who was touched. Pure.
 */
import type { RuleName, Violation } from './check.ts';
import type { Plan } from './plan.ts';
import type { WorldLog } from './world-log.ts';

export interface Row {
  readonly episodes: number;
  readonly right: number;
  readonly troubles: number;
  /** The prompts that the person has sent, those taken back by Esc included. */
  readonly given: number;
  readonly takenBack: number;
  readonly unanswered: number;
  /** Not in the history as it was typed: lost, changed, or there more than once. */
  readonly misplaced: number;
  readonly healthyTurns: number;
  readonly touched: number;
}

const names = [
  'episodes',
  'right',
  'troubles',
  'given',
  'takenBack',
  'unanswered',
  'misplaced',
  'healthyTurns',
  'touched',
] as const satisfies readonly (keyof Row)[];

export function rowOf({ turns }: Plan, { entries }: WorldLog, violations: readonly Violation[]): Row {
  const broken = (rule: RuleName) => violations.filter((violation) => violation.rule === rule).length;
  const began = new Set(entries.flatMap((entry) => (entry.type === 'turn.began' ? [entry.turn] : [])));
  const played = turns.filter((_, index) => began.has(index));
  return {
    episodes: 1,
    right: violations.length === 0 ? 1 : 0,
    troubles: played.filter(({ trouble }) => trouble !== null).length,
    given: entries.filter(({ type }) => type === 'sent').length,
    takenBack: played.filter(({ meanwhile }) => meanwhile?.do === 'escape').length,
    unanswered: broken('every prompt is answered'),
    misplaced: broken('every prompt stands once in the history, as it was typed'),
    healthyTurns: played.filter(({ trouble }) => trouble === null).length,
    touched: broken('nobody is touched while healthy'),
  };
}

/** @returns a table in Markdown, a line each */
export function tableOf(rows: readonly (readonly [version: string, row: Row])[]): readonly string[] {
  const versions = [...new Set(rows.map(([version]) => version))];
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['version', ...names.map((name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))]),
    line(['---', ...names.map(() => '---:')]),
    ...[...versions, null].map((version) => {
      const own = rows.filter(([of]) => version === null || of === version);
      const sums = names.map((name) => own.reduce((sum, [, row]) => sum + row[name], 0));
      return line([version ?? 'all', ...sums]);
    }),
  ];
}
