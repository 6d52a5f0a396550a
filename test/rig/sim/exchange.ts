/** One request of a turn and the reading of its answer, over a connection that is open. */
import type { Millis } from '../../../src/events.ts';
import type { Connection } from './line.ts';
import type { Answer } from './provider.ts';
import type { Turn, Worker } from './turn.ts';

const deadlineMs = 600_000;
const pingMs = 10_000;

/** @param over the answer has come to its end; @param failed the connection has failed, or the agent's patience */
export function exchange(
  { world, draw, process, isOn, after }: Worker,
  turn: Turn,
  connection: Connection,
  conversationBytes: number,
  { over, failed }: { over(ending: Answer['ending']): void; failed(): void },
): void {
  const { plan, scheduler, line, provider } = world;
  const answer = provider.answer(turn.rounds, turn.asksWhole);
  let heardAt = scheduler.now();
  const isMine = (): boolean => isOn(turn) && turn.connection === connection;
  const heard = (tokens: number) => (): void => {
    heardAt = scheduler.now();
    if (isMine()) turn.hasStreamed = true;
    if (isMine() && process.runs()) turn.tokens += tokens;
  };

  connection.onEnd = () => {
    if (isMine())
      process.later(1, () => {
        if (isMine()) failed();
      });
  };
  const watchDeadline = (): void =>
    after(turn, 5_000, () => {
      if (!isMine()) return;
      if (scheduler.now() - heardAt < deadlineMs) return watchDeadline();
      line.end(connection, 'agent', 'reset');
      failed();
    });
  watchDeadline();

  line.request(connection, conversationBytes, () => {
    if (answer.firstByteMs === Number.POSITIVE_INFINITY) {
      connection.isDead = true;
      return;
    }
    scheduler.after(answer.firstByteMs, () => {
      line.send(connection, 'down', draw.between(600, 1_400), () => {
        heard(1)();
        turn.isThinking = answer.thinkingMs > 0;
      });
      pinged(answer.thinkingMs, () => {
        turn.isThinking = false;
        stream(0);
      });
    });
  });

  /** The host bridges the pause with pings, if it is one that does. */
  function pinged(pauseMs: Millis, then: () => void): void {
    for (let at = pingMs; plan.pings && at < pauseMs; at += pingMs)
      scheduler.after(at, () => line.send(connection, 'down', 60, heard(0)));
    scheduler.after(pauseMs, then);
  }
  function stream(piece: number): void {
    const pause = answer.pauses[piece];
    if (pause === undefined) {
      finish();
      return;
    }
    pinged(pause, () => {
      if (!connection.isOpen) return;
      line.send(connection, 'down', draw.between(80, 600), heard(draw.between(1, 9)));
      stream(piece + 1);
    });
  }
  function finish(): void {
    switch (answer.ending) {
      case 'dead':
        connection.isDead = true;
        return;
      case 'reset':
        scheduler.after(10, () => line.end(connection, 'peer', 'reset'));
        return;
      default:
        line.send(connection, 'down', draw.between(80, 300), () => {
          if (!isMine()) return;
          process.later(draw.between(5, 80), () => {
            if (!isMine()) return;
            turn.connection = null;
            connection.onEnd = null;
            // What breaks off without an error is a connection that is closed too early.
            if (answer.ending === 'cut-short' || answer.ending === 'silent')
              line.end(connection, 'peer', 'closed');
            over(answer.ending);
          });
        });
    }
  }
}
