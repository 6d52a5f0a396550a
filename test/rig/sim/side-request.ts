/** Telemetry and the like: a connection of its own, an answer that comes whole. */
import type { Worker } from './turn.ts';

export function sideRequest({ world: { scheduler, line }, generation, draw, process }: Worker): void {
  line.connect(
    generation,
    (connection) => {
      if (!process.isAlive()) return line.end(connection, 'agent', 'closed');
      line.request(connection, draw.magnitude(2_000, 335_000), () =>
        scheduler.after(draw.between(20, 400), () => line.send(connection, 'down', draw.between(200, 900))),
      );
      process.later(draw.between(5_000, 120_000), () => line.end(connection, 'agent', 'closed'));
    },
    () => {},
  );
}
