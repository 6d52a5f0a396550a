/**
 * What the person sees in the terminal while no agent runs, and when the guard gives up. Never shown over a living
 * agent: while one runs, the guard speaks only through the title.
 */
import type { Notice } from '../effects.ts';
import { causeWords } from './cause.ts';
import { oneLine, paint, type TerminalStyle, withoutUnicode } from './terminal-style.ts';

export interface NoticeContext {
  readonly sessionId: string | null;
  /** The shell command with which to go on by hand; null if nothing can be resumed. */
  readonly resumeCommand: string | null;
  /** Processes that the agent started to outlive it, and that are still running: name and pid of each. */
  readonly leftRunning: readonly string[];
  /** What was wrong with the conversation, and what has replaced it. */
  readonly mended: readonly { readonly found: string; readonly done: string }[];
  readonly style: TerminalStyle;
}

/** Any more than this are only counted. */
const maxNamed = 3;

/** Text for a terminal in raw mode (lines end in CR LF). A waiting line replaces the one before it. */
export function noticeText(notice: Notice, context: NoticeContext): string {
  const { style } = context;
  const text = compose(notice, context);
  return style.unicode ? text : withoutUnicode(text);
}

function compose(notice: Notice, context: NoticeContext): string {
  const { style } = context;
  switch (notice.kind) {
    case 'stopped': {
      const headline = causeWords(notice.cause).headline;
      const saved = context.sessionId === null ? '' : ' Your session has been saved.';
      const running = leftRunningText(context.leftRunning);
      const told = running === null ? [] : wrap(running, style.columns - 1);
      const mended = mendedText(context.mended);
      const changed = mended === null ? [] : wrap(mended, style.columns - 1);
      return lines(['', paint(`${headline}${saved}`, 'yellow', style), ...changed, ...told], style);
    }
    case 'offline': {
      const next = Math.max(1, Math.ceil(notice.nextInMs / 1000));
      return waiting(
        `Waiting for the network (attempt ${notice.attempt}, next in ${next} s) · Ctrl+C to leave`,
        style,
      );
    }
    case 'confirm': {
      const what = notice.commands === 1 ? 'A command was' : `${notice.commands} commands were`;
      return lines(
        [
          ...wrap(
            `${what} cut off, with an unknown outcome. The agent will be told to look before running it again.`,
            style.columns - 1,
          ),
          `Resuming in ${Math.ceil(notice.inMs / 1000)} s · Enter: now · Ctrl+C: leave it`,
        ],
        style,
      );
    }
    case 'resuming':
      return `${waiting(`Resuming your session (attempt ${notice.attempt}/${notice.of}) …`, style)}\r\n`;
    case 'gave-up':
      return gaveUp(notice.cause, notice.detail, context);
  }
}

/** For a conversation that is not on record. @param isInBox its prompt goes into the next agent's input box */
export function begunAnewText(isInBox: boolean, style: TerminalStyle): string {
  const lost = 'The conversation could not be kept: the agent was gone before it had written it down.';
  const next = isInBox ? 'It starts over; what you asked is in the input box, not sent.' : 'It starts over.';
  return lines(wrap(`${lost} ${next}`, style.columns - 1), style);
}

/** One line; null: nothing was repaired. */
export function mendedText(mended: NoticeContext['mended']): string | null {
  if (mended.length === 0) return null;
  const more = mended.length - maxNamed;
  const named = mended.slice(0, maxNamed).map(({ found, done }) => `${found} (${done})`);
  return `Repaired in your conversation: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function leftRunningText(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length - maxNamed;
  const named = names.slice(0, maxNamed).map(oneLine).join(', ');
  return `Still running, because they were started to outlive the agent: ${named}${more > 0 ? ` and ${more} more` : ''}.`;
}

function gaveUp(cause: string, detail: string, { sessionId, resumeCommand, style }: NoticeContext): string {
  const left = [
    '',
    paint(causeWords(cause).headline, 'red', style),
    ...wrap(oneLine(detail), style.columns - 1),
  ];
  if (sessionId !== null) left.push(`Session: ${sessionId}`);
  if (resumeCommand !== null) left.push('To go on:', `  ${paint(resumeCommand, 'bold', style)}`);
  return lines([...left, ''], style);
}

function lines(texts: readonly string[], style: TerminalStyle): string {
  return `${erase(style)}${texts.join('\r\n')}\r\n`;
}

/** A line without an end; the next notice replaces it if the terminal can do that. */
function waiting(text: string, style: TerminalStyle): string {
  const line = text.slice(0, Math.max(0, style.columns - 1));
  return style.control ? `${erase(style)}${line}` : `${line}\r\n`;
}

/** Also erases what the dead agent has drawn below the cursor. */
const erase = (style: TerminalStyle) => (style.control ? '\r\x1b[J' : '');

/**
 * Wraps at blanks, as columns.ts does, but counts each character as one column. The text is ours, or a name, and the
 * guard must not load tables of widths while an agent starts.
 */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= columns) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}
