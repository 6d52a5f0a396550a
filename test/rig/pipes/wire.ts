/** The agents' connections, as the tunnel reports them. Some streams die: nothing comes until the guard cuts them. */
import type { Observation } from '../../../src/events.ts';
import type { Tunnel } from '../../../src/tunnel/proxy.ts';
import type { Chance } from '../chance.ts';
import type { SimulatedTime } from '../typing/time.ts';
import type { OwnProcess } from './process.ts';

export interface Request {
  /** Nothing will come. */
  readonly isDead: boolean;
  /** Its answer has come. */
  answered(): void;
}

interface Open {
  readonly own: OwnProcess;
  readonly onCut: () => void;
}

const host = 'api.anthropic.com:443';

export function createLine(time: SimulatedTime, draw: Chance, hasTunnel: boolean) {
  const open = new Map<number, Open>();
  let emit = (_observation: Observation): void => {};
  let count = 0;
  const close = (id: number, by: 'agent' | 'guard') => {
    if (open.delete(id))
      emit({ type: 'connection.closed', id, by, cause: by === 'guard' ? 'cut' : 'closed' });
  };
  const tunnel = {
    url: 'http://127.0.0.1:9',
    storableUrl: 'http://127.0.0.1:9',
    networkChanged() {},
    agentStarted() {},
    cut(which: readonly number[] | 'all') {
      const cut = [...open].filter(([id]) => which === 'all' || which.includes(id));
      for (const [id, { own, onCut }] of cut) {
        close(id, 'guard');
        own.after(draw.magnitude(1, 200), onCut);
      }
      return cut.length;
    },
  };
  return {
    tunnel: hasTunnel ? (tunnel as unknown as Tunnel) : null,
    report(to: typeof emit): void {
      emit = hasTunnel ? to : () => {};
    },
    request(own: OwnProcess, onCut: () => void): Request {
      const id = ++count;
      const at = time.now();
      const isDead = hasTunnel && draw.happens(0.04);
      open.set(id, { own, onCut });
      emit({ type: 'connection.opened', id, host, tookMs: 10, owner: 'agent' });
      const sent = { requestAt: at, requestSize: 60_000, lastUpAt: at } as const;
      emit({ type: 'connection.bytes', id, up: 60_000, down: 0, last: 'up', stage: 'request', ...sent });
      const down = () => {
        const now = time.now();
        const came = { ...sent, lastDownAt: now, answerAt: now, stage: 'answer' } as const;
        if (open.has(id)) emit({ type: 'connection.bytes', id, up: 0, down: 500, last: 'down', ...came });
      };
      if (isDead) own.after(50, down);
      return {
        isDead,
        answered() {
          down();
          close(id, 'agent');
        },
      };
    },
    /** The process has ended. */
    gone(own: OwnProcess): void {
      for (const [id, each] of open) if (each.own === own) close(id, 'agent');
    },
  };
}
