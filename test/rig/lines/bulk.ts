/** A line that carries anything: a lot of it, in both directions at once, to ends that stop reading. */
import type { Chance } from '../chance.ts';
import { allArrived, type Line } from './ask.ts';
import { reportedBytes } from './meter.ts';
import { randomBytes } from './records.ts';
import type { World } from './world.ts';

/** More than the kernel takes for a reader that has stopped. */
const floodBytes = 12_000_000;

export function createBulk(world: World, line: Line, draw: Chance): { step(): Promise<void> } {
  const { clock, ledger } = world;
  return {
    async step() {
      const { near, far } = line;
      const slow = draw.pick([null, null, near, far]);
      slow?.stall();
      for (const end of draw.pick([[near], [far], [near, far], [far, near, far]])) {
        const isFlood = slow !== null && end !== slow && draw.happens(0.2);
        if (isFlood) ledger.happened('a flood for a reader that has stopped');
        end.send(randomBytes(isFlood ? floodBytes : draw.magnitude(1, 400_000), draw));
      }
      if (slow !== null) {
        for (let turns = draw.between(1, 60); turns > 0; turns--) await clock.pass(1);
        await world.settle(
          () => true,
          '',
          () => '',
        ); // looks at what is held
        slow.resume();
      }
      await allArrived(world, line);
      await clock.pass(510);
      const said = reportedBytes(world, line);
      for (const [way, sent] of [
        ['up', near.sent.bytes],
        ['down', far.sent.bytes],
      ] as const)
        ledger.holds(
          said[way] === sent,
          'what is reported of a line is so',
          `${line.name}: ${said[way]} bytes ${way}, not ${sent}`,
        );
    },
  };
}
