/** Divides the active branch into the model's messages and their answers, as it is sent. */
import type { Row } from './index.ts';

/** One message of the model and what answers it. */
export interface Round {
  /** The message's lines on the branch; none in the round before the first message. */
  readonly lines: Row[];
  /** The user records on the branch until the model speaks again. */
  readonly answers: Row[];
  readonly messageIds: Set<string>;
  /** Lines and answers in the order of the branch. */
  readonly rows: Row[];
}

/**
 * Yields the rounds of the part that is sent: the branch after the last compaction. There is at least one round.
 * `chain` must not change in the meantime.
 */
export function* roundsOf(chain: readonly Row[]): Generator<Round, undefined> {
  const start = chain.findLastIndex((row) => row.kind === 'boundary') + 1;
  let round = newRound();
  for (let place = start; place < chain.length; place++) {
    const row = chain[place] as Row;
    if (row.failure) continue;
    if (row.kind === 'user') {
      round.answers.push(row);
      round.rows.push(row);
    }
    if (row.kind !== 'assistant') continue;
    // 2.1.197 may write a result before the last lines of its message, but never a prompt.
    const same =
      row.messageId !== null &&
      round.messageIds.has(row.messageId) &&
      round.answers.every((answer) => answer.results.length > 0);
    const isOver = round.answers.length > 0 || (round.messageIds.size > 0 && round.lines.some(callsTools));
    if (isOver && !same) {
      yield round;
      round = newRound();
    }
    round.lines.push(row);
    round.rows.push(row);
    if (row.messageId !== null) round.messageIds.add(row.messageId);
  }
  yield round;
}

const callsTools = (row: Row) => row.uses.length > 0;

const newRound = (): Round => ({ lines: [], answers: [], messageIds: new Set(), rows: [] });
