/**
 * The dashboard as lines of text, cut to the terminal's width. Pure; the view adds colours and marks the chosen line.
 */

import { shellCommand } from '../platform/shell-words.ts';
import type { IncidentView } from '../records/incident-view.ts';
import type { SessionOnDisk } from '../records/sessions.ts';
import { type SessionState, sessionStates } from '../records/status.ts';
import { causeWords } from '../words/cause.ts';
import { displayWidth, shorten } from '../words/columns.ts';
import { homeRelative } from '../words/home.ts';
import { inert } from '../words/terminal-style.ts';
import { clockTime, duration, roughDuration } from '../words/times.ts';
import { chosenSession, chosenSessionIncidents, keyTable, type Model } from './model.ts';
import { sparkline } from './sparkline.ts';

export interface Look {
  readonly columns: number;
  readonly rows: number;
  readonly unicode: boolean;
  readonly home: string;
}

/** How alarming a state is; it decides mark and colour. */
export const alarm: { readonly [S in SessionState]: 'calm' | 'busy' | 'watch' | 'alarm' | 'gone' } = {
  starting: 'busy',
  idle: 'calm',
  working: 'busy',
  blocked: 'watch',
  waiting: 'watch',
  suspect: 'watch',
  recovering: 'watch',
  paused: 'watch',
  gave_up: 'alarm',
  ended: 'gone',
};
const marks = { calm: '-', busy: '*', watch: '!', alarm: 'X', gone: ' ' } as const;

const widths = { state: 11, since: 8, tokens: 7, line: 12, silent: 7 } as const;

/** Text from a file must not act on the terminal. */
const row = (text: string, look: Look): string => shorten(inert(text), look.columns, look);

export const sessionHeads = (look: Look): string =>
  row(
    `    ${pad('STATE', widths.state)}${pad('SINCE', widths.since)}${pad('TOKENS', widths.tokens)}${pad('LINE', widths.line + widths.silent + 1)}FOLDER`,
    look,
  );

export function sessionRow(session: SessionOnDisk, model: Model, chosen: boolean, look: Look): string {
  const { status } = session;
  const silences = model.silences.get(status.run) ?? [];
  const silent = silences.at(-1) ?? null;
  const cells = [
    `${chosen ? '>' : ' '} ${marks[alarm[status.state]]} `,
    pad(status.state.replace('_', ' '), widths.state),
    pad(roughDuration(model.nowMs - Date.parse(status.since)), widths.since),
    pad(tokens(status.tokens), widths.tokens),
    `${sparkline(silences, widths.line, look.unicode)} `,
    pad(silent === null ? '' : roughDuration(silent), widths.silent),
    homeRelative(status.cwd, look.home),
    status.message === null ? '' : `  ${status.message}`,
  ];
  return row(cells.join(''), look);
}

/** What is known about the chosen session, and what comes next. */
export function details(model: Model, look: Look): readonly string[] {
  const session = chosenSession(model);
  if (session === null) return [];
  const { status } = session;
  const [last] = chosenSessionIncidents(model);
  const off = Object.entries(status.switches).flatMap(([name, on]) => (on ? [] : [name]));
  const lines = [
    `${status.run}  ${status.agent} ${status.agent_version ?? '(version unknown)'}  agent ${status.agent_pid ?? '-'}  guard ${status.pid}`,
    `State     ${status.message === null ? sessionStates[status.state] : status.message}`,
    `Next      ${nextStep(session, model.nowMs)}`,
    `Incidents ${status.incidents === 0 ? 'none' : `${status.incidents}, last: ${last === undefined ? 'not on record' : incidentWords(last)}`}`,
    ...(off.length === 0 ? [] : [`Off       ${off.join(', ')}`]),
  ];
  return lines.map((line) => row(line, look));
}

function nextStep({ status, alive }: SessionOnDisk, nowMs: number): string {
  if (!alive) return status.resume === null ? 'over' : `ended; to go on: ${shellCommand(status.resume)}`;
  const { attempt } = status;
  if (attempt !== null) {
    const leftMs = attempt.next_in_ms - Math.max(0, nowMs - Date.parse(status.updated_at));
    const of = attempt.of === null ? '' : `/${attempt.of}`;
    return `attempt ${attempt.n}${of}, next try in ${Math.max(0, Math.ceil(leftMs / 1000))} s`;
  }
  return nextOf[status.state];
}

const nextOf: { readonly [S in SessionState]: string } = {
  starting: 'the guard waits for the agent to draw',
  idle: 'nothing to do',
  working: 'the guard watches',
  blocked: 'answer in the session',
  waiting: 'the guard waits',
  suspect: 'a cure, if the signs persist',
  recovering: 'the guard checks whether it helped',
  paused: 'nothing until it is continued (p)',
  gave_up: 'look into the session, or ask for a relaunch (r)',
  ended: 'over',
};

export function incidentRow(incident: IncidentView, chosen: boolean, look: Look): string {
  return row(`${chosen ? '>' : ' '} ${clockTime(incident.began_at)}  ${incidentWords(incident)}`, look);
}

function incidentWords(incident: IncidentView): string {
  const done = [...new Set(incident.actions.map(({ action }) => action))].join(', ');
  const lasted =
    incident.ended_at === null
      ? ''
      : ` in ${duration(Date.parse(incident.ended_at) - Date.parse(incident.began_at))}`;
  return `${causeWords(incident.class).noun}${done === '' ? '' : `, ${done}`}: ${incident.outcome.replace('_', ' ')}${lasted}`;
}

/** The last line: a question, what was just done, or the keys. */
export function footer(model: Model, look: Look): string {
  if (model.confirm !== null) {
    const { command, run } = model.confirm;
    return row(`${command} ${run}? y yes, any other key no`, look);
  }
  if (model.message !== null) return row(model.message.text, look);
  const labels = keyTable
    .filter(({ label, views }) => label !== '' && views.includes(model.view))
    .map(({ label }) => label);
  return row(labels.join('   '), look);
}

/** The `count` items around the chosen one that fit on the screen. */
export function visible<Thing>(things: readonly Thing[], chosen: number, count: number): readonly Thing[] {
  const start = Math.max(0, Math.min(chosen - Math.floor(count / 2), things.length - count));
  return things.slice(start, start + Math.max(0, count));
}

function tokens(count: number | null): string {
  if (count === null) return '-';
  return count < 10_000 ? String(count) : `${Math.round(count / 1000)}k`;
}

/** Cuts and pads to a width, with at least one blank at the end. */
function pad(text: string, width: number): string {
  const cut = shorten(text, width - 1, { unicode: false });
  return cut + ' '.repeat(width - displayWidth(cut));
}
