/**
 * What the person's keys have put into the input box. A question is seen to close only after it has closed, so keys
 * that are pressed meanwhile may have gone into the question or into the box. Until the screen tells, each possibility
 * is followed. Pure.
 */
import { emptyLine, type Line } from './line.ts';

export interface Draft {
  /** What the box holds; while there is doubt, what it most likely holds. */
  readonly line: Line;
  /** There is no doubt, and the line is exact. */
  readonly isExact: boolean;
  /** All that the box may hold; empty: there is no doubt. */
  readonly mayHold: readonly Line[];
  become(line: Line): void;
  change(by: (line: Line) => Line): void;
  /** Nobody knows any more exactly what the box holds. */
  makeInexact(): void;
  /** A key that went into a question, or came after it. */
  doubt(by: (line: Line) => Line): void;
  /** All keys since the question was first seen went into it. */
  questionTook(): void;
  /** Further keys go into the box. */
  questionOver(): void;
  /** Of all that the box may hold, it holds this. */
  settle(text: string): void;
}

/** More keys than anybody presses from the end of a question until it is seen. */
const maxOthers = 32;

export function createDraft(): Draft {
  let line = emptyLine;
  /** What the box holds instead of `line`, if the question took more of the keys, or fewer. */
  let others: readonly Line[] = [];
  /** What the box held when the question was seen, and whether a key may have answered it since. */
  let question: { readonly line: Line; readonly isAnswered: boolean } | 'over' | null = null;
  const become = (next: Line) => {
    line = next;
    others = [];
    question = null;
  };
  const change = (by: (line: Line) => Line) => {
    line = by(line);
    others = others.map(by);
  };
  return {
    get line() {
      return line;
    },
    get isExact() {
      return line.exact && others.length === 0;
    },
    get mayHold() {
      return others.length === 0 ? [] : [line, ...others];
    },
    become,
    change,
    makeInexact: () => change((one) => ({ ...one, exact: false })),
    doubt(by) {
      if (question === 'over') return change(by);
      const { line: before, isAnswered } = question ?? { line, isAnswered: false };
      const all = [before, ...[line, ...others].map(by)];
      if (isAnswered) line = by(line); // most likely, one key has answered the question
      question = { line: before, isAnswered: true };
      const different = new Map(all.map((one) => [one.text, one]));
      different.delete(line.text);
      others = [...different.values()].slice(-maxOthers);
    },
    questionTook() {
      if (question !== null && question !== 'over') become(question.line);
    },
    questionOver() {
      question = null;
    },
    settle(text) {
      line = [line, ...others].find((one) => one.text === text) ?? line;
      others = [];
      // Whoever sees the box sees that the question is over, even if it has not been reported.
      if (question !== null) question = 'over';
    },
  };
}
