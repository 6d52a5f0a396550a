/** Enforces what the API requires of tool calls and results: each id occurs once, and each result follows its call. */
import { randomUUID } from 'node:crypto';
import type { Row } from '../index.ts';
import { type Round, roundsOf } from '../rounds.ts';
import { placesIn } from '../row-set.ts';
import type { Work } from './work.ts';

const currentRounds = (work: Work) => roundsOf(work.branch());

/**
 * The agent collects the lines of one message wherever they are. So a line that comes after another answer gets a
 * message of its own.
 */
export function splitScattered(work: Work): void {
  const seen = new Set<string>();
  for (const { lines, messageIds } of currentRounds(work)) {
    for (const line of lines) {
      if (line.messageId === null || !seen.has(line.messageId)) continue;
      work.note('scattered');
      splitOff(work, line);
    }
    for (const id of messageIds) seen.add(id);
  }
}

function splitOff(work: Work, line: Row): void {
  line.messageId = `${line.messageId}_${line.uuid.slice(0, 8)}`;
  work.change(line).newMessageId = true;
}

/** The API requires each call's id to occur once per conversation. */
export function renameRepeatedCalls(work: Work): void {
  /** The round in which an id occurs first, by its number. */
  const firstIn = new Map<string, number>();
  let number = 0;
  for (const round of currentRounds(work)) {
    number += 1;
    for (const line of round.lines) {
      const uses = line.uses.map((id) => {
        const first = firstIn.get(id);
        if (first === undefined) {
          firstIn.set(id, number);
          return id;
        }
        work.note('repeated call');
        if (line.messageId !== null && first !== number) splitOff(work, line);
        const fresh = `${id}_${randomUUID().slice(0, 8)}`;
        work.change(line).renamed.set(id, fresh);
        // Its result, unless that belongs to the first call with this id.
        const answer = first === number ? undefined : round.answers.find((row) => row.results.includes(id));
        if (answer !== undefined) {
          work.change(answer).renamed.set(id, fresh);
          answer.results = answer.results.map((result) => (result === id ? fresh : result));
        }
        return fresh;
      });
      if (uses.some((id, place) => id !== line.uses[place])) line.uses = uses;
    }
  }
}

/** The API requires each result right after its call, once. Other results are kept as text. */
export function convertStrayResults(work: Work): void {
  const chain = [...work.branch()];
  const settled = new Set<string>();
  let placeOf = placesIn(chain);
  for (const round of currentRounds(work)) {
    const callElsewhere = (isCall: (line: Row) => boolean) =>
      [...round.messageIds].flatMap((id) => work.calls.callLines(id)).find(isCall);
    for (const row of round.answers) {
      const paired = row.results.filter((id) => {
        const isCall = (line: Row) => line.uses.includes(id);
        const line = settled.has(id) ? undefined : (round.lines.find(isCall) ?? callElsewhere(isCall));
        if (line === undefined) {
          work.note('stray result');
          work.change(row).asText.add(id);
          return false;
        }
        settled.add(id);
        if (!round.lines.includes(line) || placeOf(line) > placeOf(row)) {
          moveCallLine(work, line, { round, answer: row, chain });
          work.note('unlinked');
          placeOf = placesIn(chain);
        }
        return true;
      });
      if (paired.length < row.results.length) row.results = paired;
    }
    if (isInterleaved(round)) {
      gatherLines(work, round, chain);
      work.note('unlinked');
      placeOf = placesIn(chain);
    }
  }
}

/**
 * Whether other lines and results come between a call and its result. Only versions that collect messages accept that.
 */
function isInterleaved(round: Round): boolean {
  const { lines, answers, rows } = round;
  // Nearly always the answers come last, and no line was moved here.
  if (rows.length === lines.length + answers.length && rows[lines.length] === answers[0]) return false;
  let latest = new Set<string>();
  let isAnswered = false;
  for (const row of round.rows) {
    if (row.kind === 'assistant') {
      if (isAnswered) latest = new Set();
      isAnswered = false;
      for (const id of row.uses) latest.add(id);
    } else {
      isAnswered = true;
      if (row.results.some((id) => !latest.has(id) && round.lines.some((line) => line.uses.includes(id))))
        return true;
    }
  }
  return false;
}

/**
 * Moves the message's lines before its results: 2.1.197 may write a result before the last lines of its message, but an
 * added result must come after all of them.
 * @returns the end of the branch
 */
export function gatherLines(
  work: Work,
  round: Pick<Round, 'lines' | 'answers'>,
  chain: Row[],
): Row | undefined {
  const answer = round.answers[0];
  if (answer !== undefined) {
    const place = chain.indexOf(answer);
    for (const line of round.lines.filter((row) => chain.indexOf(row) > place))
      moveCallLine(work, line, { round, answer, chain });
  }
  return chain.at(-1);
}

interface Place {
  readonly round: Pick<Round, 'lines'>;
  readonly answer: Row;
  readonly chain: Row[];
}

/** Moves the line of a call to the other lines of its message, before the call's result. */
function moveCallLine(work: Work, line: Row, { round, answer, chain }: Place): void {
  const from = chain.indexOf(line);
  if (from >= 0) {
    putAfter(work, chain[from + 1], chain[from - 1] ?? null);
    chain.splice(from, 1);
  }
  if (!round.lines.includes(line)) round.lines.push(line);
  const before = chain.slice(0, chain.indexOf(answer));
  const place = before.findLastIndex((row) => round.lines.includes(row));
  putAfter(work, line, chain[place] ?? null);
  putAfter(work, chain[place + 1], line);
  chain.splice(place + 1, 0, line);
}

export function putAfter(work: Work, row: Row | undefined, parent: Row | null): void {
  if (row === undefined) return;
  row.parent = parent;
  work.change(row).relinked = true;
}
