/** What agents live in: time, chance, the line, hooks that leave payloads, and what kills them. */
import type { Json } from '../../../src/agents/common/json.ts';
import { type Chance, chance } from '../chance.ts';
import type { SimulatedTime } from '../typing/time.ts';
import type { Ledger } from './ledger.ts';
import type { Moment, Plan } from './plan.ts';
import type { OwnProcess } from './process.ts';
import { createLine } from './wire.ts';

export interface Payload {
  readonly name: string;
  readonly payload: Json;
}

export interface World {
  readonly time: SimulatedTime;
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly draw: Chance;
  readonly wire: ReturnType<typeof createLine>;
  /** What hooks have left, in its order. */
  readonly spool: Payload[];
  /** The word by which the hooks of the present agent are known. */
  word: string;
  hook(pid: number, payload: Json): void;
  /** This has come in the life of an agent. */
  moment(which: Moment, own: OwnProcess): void;
  /** No agent dies any more. */
  calm(): void;
}

export function createWorld(seed: number, time: SimulatedTime, ledger: Ledger, plan: Plan): World {
  const draw = chance(seed, 'agent');
  const deaths = plan.deaths.map((death) => ({ ...death }));
  const spared = plan.deaths.map((death) => death.spared);
  const spool: Payload[] = [];
  let count = 0;
  return {
    time,
    ledger,
    plan,
    draw,
    wire: createLine(time, draw, plan.shape.tunnel),
    spool,
    word: '',
    hook(pid, payload) {
      spool.push({ name: `${this.word}.${pid}.${++count}.json`, payload });
    },
    moment(which, own) {
      const [death] = deaths;
      if (death?.moment !== which) return;
      const left = spared[0] ?? 0;
      if (left > 0) {
        spared[0] = left - 1;
        return;
      }
      deaths.shift();
      spared.shift();
      const dies = () => {
        if (!own.isAlive()) return;
        ledger.note(`agent dies: ${which}, ${death.end.signal ?? death.end.code}`);
        ledger.reach(`dies: ${which}`);
        own.die(death.end);
      };
      if (death.afterMs === 0) dies();
      else own.after(death.afterMs, dies);
    },
    calm() {
      deaths.length = 0;
    },
  };
}
