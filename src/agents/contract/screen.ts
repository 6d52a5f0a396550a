/** What the agent shows in a terminal, and which keys it understands. */

/** The rendered screen. */
export interface ScreenView {
  /** Text without styles and trailing blanks, from the top. */
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number; readonly visible: boolean };
  readonly title: string;
  readonly columns: number;
  /**
   * The row with blanks in place of faint or grey text, such as hints and suggestions. Absent: styles are not known.
   */
  readonly plainRow?: (row: number) => string;
  /** Part of a flood of output was skipped, so the screen may be garbled until the next full repaint. */
  readonly stale: boolean;
  /** The agent has its input box and wants pastes to be marked. Absent: not known. */
  readonly bracketedPaste?: boolean;
  /** The alternate screen is shown, as by an editor that the agent has opened. */
  readonly alternate?: boolean;
}

/** The input box as the screen shows it. */
export interface InputBox {
  /** The rows of the box, wrapped as they are, after the sign of another mode (`!`). Empty for an empty box. */
  readonly text: string;
  /** Text sent from the box goes to the model; it is not a shell command or a note. */
  readonly isPrompt: boolean;
  /** Vim keys in INSERT mode: the first interrupt key only leaves that mode. NORMAL mode shows nothing. */
  readonly vimInsert: boolean;
}

/** What the guard may choose in a menu of the agent. */
export type MenuAnswer = 'full' | 'summary' | 'wait-for-limit';

export interface MenuRow {
  readonly text: string;
  /** The cursor is on it. */
  readonly chosen: boolean;
}

export interface MenuReader {
  /** Rows of the menu on the screen; empty if there is none. */
  read(view: ScreenView): readonly MenuRow[];
  /** Whether this row stands for the answer. */
  isAnswer(row: MenuRow, answer: MenuAnswer): boolean;
}

/** Keys of the nudge. */
export interface NudgeKeys {
  readonly interrupt: string;
  /** Sent one by one, over and over, until the box is empty and takes a prompt. */
  readonly clearInput: readonly string[];
  readonly submit: string;
  /** From vim's NORMAL mode back to INSERT mode, at the end of the text; sent one by one. */
  readonly vimInsert: readonly string[];
}
