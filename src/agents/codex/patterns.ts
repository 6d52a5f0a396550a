/** The words by which the screen of Codex is read, as data. All were seen on 0.169.0. */
import type { Dialog, ScreenFacts } from '../../events.ts';
import { duration } from '../common/screen-text.ts';

/** The status line of a running turn: what it does, and for how long. */
export const statusLine = new RegExp(String.raw`^[•◦⠀-⣿] (.+?) \((${duration}) • esc to interrupt\)(.*)$`);

/**
 * Rows that may be between the status line and the input box: blank ones and those that belong to the status line, but
 * not the mark of a finished turn.
 */
export const belowStatus = /^(?:\s*$| {2}(?!Worked for ))/;

/** Looked for on the status line. The first match counts. */
export const statusRows: readonly { readonly says: ScreenFacts['activity']; readonly words: RegExp }[] = [
  { says: 'retrying', words: /^Reconnecting\.\.\. \d+\/\d+/ },
  { says: 'compacting', words: /^Compacting/ },
  { says: 'tool', words: /\d+ background terminals? running/ },
  { says: 'busy', words: /./ },
];

export const reconnecting = /^Reconnecting\.\.\. (\d+)\/(\d+)/;

/** The prompt sign of the input box. The same sign marks a prompt in the conversation and the cursor of a menu. */
export const promptSign = /^[›!](?:\s|$)/;

/** The last row of a screen that asks something. */
export const dialogHint =
  /\b(enter to (confirm|continue|submit)|enter select|esc (to cancel|back)|esc to go back)\b/i;

/** Looked for on a screen that asks something. The first match counts. */
export const dialogRows: readonly { readonly says: Dialog; readonly words: RegExp }[] = [
  { says: 'permission', words: /^ {2}Would you like to /m },
  { says: 'other', words: /./ },
];

/** The window title of a working agent, and of one that waits for a person. */
export const busyTitle = /^[⠀-⣿] /;
export const askingTitle = /^\[ . \] Action Required/;

/** An error of a turn that ended. */
export const failureSign = /^■ (?!Conversation interrupted)/;

/** A block that is not the model's text: a tool or its result. */
export const toolBlock =
  /^• (Ran|Running|Exited|Explored|Exploring|Edited|Added|Deleted|Called|Calling|Searched|Updated Plan)\b/;
