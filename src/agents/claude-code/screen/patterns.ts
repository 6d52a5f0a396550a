/**
 * The words by which the agent's screen is read, as data. Each row says what its words mean, on which lab version they
 * were seen, and to which versions they apply. For an unknown version, all of them apply.
 */
import type { Dialog, ScreenFacts } from '../../../events.ts';
import { duration } from '../../common/screen-text.ts';
import { compareVersions, type Parts } from '../../common/versions.ts';

interface Row<Says> {
  readonly says: Says;
  readonly words: RegExp;
  /** Lab version and, where the wording changed, the range to which it applies. */
  readonly seenOn: string;
  readonly from?: Parts;
  readonly until?: Parts;
}

type Activity = ScreenFacts['activity'];

/** The time until the agent's own next try, and which try of how many that is. */
export const countdown = new RegExp(
  String.raw`(?:retrying|next\s+try)\s+in\s+(${duration}).*?attempt\s+(\d+)(?:\/(\d+))?`,
  'is',
);

/** On the status line. The first match counts. */
export const statusRows: readonly Row<Activity>[] = [
  // The next try is under way, but older versions go on with the countdown until its answer begins.
  { says: 'busy', words: /(retrying|next try) in 0s|retrying… · attempt/i, seenOn: '2.1.197, 2.1.332' },
  { says: 'retrying', words: countdown, seenOn: '2.1.329' },
  { says: 'waiting', words: /No response from the API after .* · retrying/, seenOn: '2.1.329' },
  { says: 'waiting', words: /^Waiting for API response/, seenOn: '2.1.329', from: [2, 1, 185] },
  { says: 'waiting', words: /^No response from API/, seenOn: 'docs', until: [2, 1, 185] },
  { says: 'limit', words: /^Usage limit reached/, seenOn: '2.1.329' },
  { says: 'background', words: /^Waiting for \d+ (background|dynamic)/, seenOn: '2.1.329' },
  { says: 'compacting', words: /^Compacting conversation/, seenOn: '2.1.329' },
  { says: 'tool', words: /running \w+ hooks? ·/, seenOn: '2.1.329' },
  { says: 'busy', words: /…/, seenOn: '1.0.56' },
];

/**
 * What stays on the screen after the agent has failed to draw it (1.0.56 to 2.1.197): an error, and where it was
 * thrown.
 */
export const crashError = /^\s*ERROR\s+\S/;
export const crashPlace = /^ - .*\([^()]*\)$/;

/**
 * In the block above a spinner: a running tool. The first match in a row counts. `command`: it may run or not. Its row
 * is drawn while its input is still being received, and stays after the command until the next answer comes.
 */
export const toolRows: readonly Row<'tool' | 'command'>[] = [
  { says: 'tool', words: /^\s*⎿\s+(Running|Initializing)…/, seenOn: '2.1.197' },
  // The call waits for its turn, for a hook, or for the end of its message, which may never come (1.0.56, 2.1.42).
  { says: 'command', words: /^\s*⎿\s+Waiting…/, seenOn: '1.0.56' },
  { says: 'tool', words: /^\s*⎿\s+Fetching…/, seenOn: 'program text of 1.0.56 to 2.1.329' },
  { says: 'tool', words: /ctrl\+b (ctrl\+b )?(\(twice\) )?to run in background/, seenOn: '2.1.329' },
  { says: 'command', words: /^\s*⎿\s+\$ /, seenOn: '2.1.329' },
  {
    says: 'command',
    words: /^(●| ) Running \d+ shell commands?…( \(ctrl\+o to expand\))?$/,
    seenOn: '2.1.329',
  },
  {
    says: 'tool',
    words: /^(●| ) (Running|Calling|Waiting|Searching|Reading)\b.*…( \(ctrl\+o to expand\))?$/,
    seenOn: '2.1.197',
  },
];

/** On the status line of 1.0.x: steady while the calls of an answer run, blinking while an answer is received. */
export const toolMark = /· ⚒ [\d.,]+[km]? tokens/;
/** The first row of a tool call in 1.0.x, and the mark of its result. Without the mark the call is still at work. */
export const callRow = /^[● ] \S.*\(/;
export const resultMark = /^\s*⎿/;

/**
 * In the block above a spinner, where 1.0.x and 2.0.x to 2.1.42 print their retries, always in seconds. What a command
 * prints of its own retries stands there, too.
 */
export const retryInBlock = /^\s*⎿ .*retrying\s+in\s+\d+ seconds?\b.*attempt\s+\d+\/\d+/ims;

/** In the block above a free prompt, or below it. */
export const limitRows: readonly Row<'limit'>[] = [
  { says: 'limit', words: /^● Usage limit reached( again)? · continuing automatically/, seenOn: '2.1.329' },
  {
    says: 'limit',
    words: /^● Usage limit reached( again)? · set to continue automatically/,
    seenOn: '2.1.332',
  },
  { says: 'limit', words: /^\s*Continuing automatically (at|when)/, seenOn: '2.1.329' },
];

/** The first words of an error that the agent wrote itself, after its own mark. */
export const failureStart =
  /^(?:● |\s*⎿\s+)(API Error|Prompt is too long|Request too large|Invalid API key|Not logged in|Login expired|Credit balance|You've (hit|reached) your|Compaction failed|Error during compaction|Error: Error during compaction|Context limit reached|Autocompact is thrashing|There's an issue with the selected model|Unable to connect to|Request timed out|OAuth token|Claude (usage|AI usage) limit|.{1,12} limit reached)/;

/** On a screen without an input box. The first match counts. */
export const dialogRows: readonly Row<Dialog>[] = [
  { says: 'limit-menu', words: /Stop and wait for limit to reset/, seenOn: '2.1.197' },
  { says: 'auto-mode', words: /Make auto mode your default permission mode\?/, seenOn: '2.1.329' },
  { says: 'resume-choice', words: /Resume from summary/, seenOn: 'docs' },
  {
    says: 'trust',
    words: /Do you trust the files in this folder|Is this a project you created or one you trust/,
    seenOn: '2.1.329',
  },
  {
    says: 'permission',
    words: /Do you want to (proceed|make this edit|create|allow|overwrite|delete|use)\b/,
    seenOn: '2.1.329',
  },
  {
    says: 'question',
    words: /Would you like to proceed\?|Exit plan mode\?|Enter to select · |Ready to submit your answers\?/,
    seenOn: '2.1.329',
  },
  { says: 'other', words: /^([^\S\n]|│)+❯ \S/m, seenOn: '2.1.329' },
  {
    says: 'other',
    words: /(Esc to (cancel|exit|close|go back)|Enter to (confirm|continue)|Press Enter to continue)/i,
    seenOn: '2.1.329',
  },
];

/**
 * Footer of the transcript view, which shows the conversation alone (2.1.42 to 2.1.332). `working ·` is before it while
 * a turn runs (2.1.332).
 */
export const transcriptView = /^\s*(working · )?Showing detailed transcript · /;

/** What the empty input box shows instead of a draft. Where there are colours, it is faint. */
export const placeholder =
  /^(Try ".*|Press up to edit queued messages|Resend your message to try again|Run \/rewind to go back|Message @.*)$/;

/** A slash command in the box, but not a path. */
export const command = /^\/[\w:-]+(\s|$)/;

/**
 * In the footer: background commands, `1 shell, 2 monitors`. The agent does not count them among tasks of other kinds.
 */
export const backgroundCommands = /(?:^\s*|· )((?:\d+ (?:shells?|bash(?:es)?|monitors?)(?:, )?)+)(?: ·|$)/m;

/** In the footer: the permission mode. Up to 2.1.197, the default is not shown. */
export const permissionMode = /^\s*(?:⏵⏵|⏸) (.+?) on\b/m;
export const permissionModes: ReadonlyMap<string, string> = new Map([
  ['plan mode', 'plan'],
  ["don't ask", 'dontAsk'],
  ['manual mode', 'default'],
  ['accept edits', 'acceptEdits'],
  ['auto mode', 'auto'],
  ['bypass permissions', 'bypassPermissions'],
]);

/** Footer of a running turn. */
export const interruptHint = /esc to interrupt/i;
/** First character of the window title while the agent works (2.1.42 to 2.1.329). */
export const busyTitle = /^[◐◑◒◓⠀-⣿] /;

const holds = <Says>(row: Row<Says>, version: Parts | null) =>
  version === null ||
  ((row.from === undefined || compareVersions(version, row.from) >= 0) &&
    (row.until === undefined || compareVersions(version, row.until) < 0));

/** What the first matching row says about `text`; null: none matches. */
export function firstOf<Says>(rows: readonly Row<Says>[], text: string, version: Parts | null): Says | null {
  return rows.find((row) => holds(row, version) && row.words.test(text))?.says ?? null;
}
