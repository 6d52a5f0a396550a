/** What the agent shows in a terminal, and the keys that it takes. */

/** The rendered screen. */
export interface ScreenView {
  /** Text without styles and trailing blanks, from the top. */
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number; readonly visible: boolean };
  readonly title: string;
  readonly columns: number;
  /** The row with blanks for what is drawn faint or grey, as hints and suggestions are. Absent: styles are not known. */
  readonly plainRow?: (row: number) => string;
  /** Part of the output was skipped in a flood; the picture may be torn until the next full repaint. */
  readonly stale: boolean;
  /** The agent has its input box: pastes are to be marked. Absent: not known. */
  readonly bracketedPaste?: boolean;
  /** The alternate screen is shown, as by an editor that the agent has opened. */
  readonly alternate?: boolean;
}

/** The input box as the screen shows it. */
export interface InputBox {
  /** Its rows, wrapped as they are; the sign of another mode (`!`) goes first. Empty for an empty box. */
  readonly text: string;
  /** What is sent from it goes to the model, and is no shell command or note. */
  readonly isPrompt: boolean;
  /** Its keys are vim's, in INSERT mode: the first interrupt key only leaves that. NORMAL mode shows nothing. */
  readonly vimInsert: boolean;
}

/** What the guard may choose in a menu of the agent. */
export type MenuAnswer = 'full' | 'summary' | 'wait-for-limit';

export interface MenuRow {
  readonly text: string;
  /** The cursor stands on it. */
  readonly chosen: boolean;
}

export interface MenuReader {
  /** Rows of the menu on the screen; empty when there is none. */
  read(view: ScreenView): readonly MenuRow[];
  /** Whether this row is what the answer means. */
  isAnswer(row: MenuRow, answer: MenuAnswer): boolean;
}

/** Keys of the nudge. */
export interface NudgeKeys {
  readonly interrupt: string;
  /** Each by itself, over and over until the box is empty and takes a prompt. */
  readonly clearInput: readonly string[];
  readonly submit: string;
  /** From vim's NORMAL mode back to INSERT mode, behind all of the text; each by itself. */
  readonly vimInsert: readonly string[];
}
