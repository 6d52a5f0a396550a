/** Faults planted into the tunnel, or into its sockets: the rules must find each of them. */
import type { Socket } from 'node:net';
import type { Observation } from '../../../src/events.ts';
import type { Tunnel } from '../../../src/tunnel/proxy.ts';

export interface Bug {
  /** Is given each socket of the tunnel's. */
  socket?(socket: Socket): void;
  tunnel?(tunnel: Tunnel): Tunnel;
}

export const noBug: Bug = {};

type Bytes = Extract<Observation, { type: 'connection.bytes' }>;

const reporting = (change: (bytes: Bytes) => Bytes): Bug => ({
  tunnel: (tunnel) => ({
    ...tunnel,
    onObservation: (listener) =>
      tunnel.onObservation((one) => listener(one.type === 'connection.bytes' ? change(one) : one)),
  }),
});

export const bugs: Readonly<Record<string, Bug>> = {
  'a reset is passed on as an end': {
    socket: (socket) => Object.assign(socket, { resetAndDestroy: () => socket.destroySoon() }),
  },
  'what comes with a proxy’s answer is lost': {
    socket: (socket) => Object.assign(socket, { unshift() {} }),
  },
  'a slow reader slows nobody': {
    socket(socket) {
      const { write } = socket;
      Object.assign(socket, {
        write(...args: Parameters<typeof write>) {
          write.apply(socket, args);
          return true;
        },
      });
    },
  },
  'an end is not passed on': {
    socket(socket) {
      Object.assign(socket, { end: () => socket });
    },
  },
  'a cut reaches a second line': {
    tunnel: (tunnel) => ({
      ...tunnel,
      cut(which) {
        const count = tunnel.cut(which);
        const [other] = tunnel.connections().filter(({ state }) => state === 'open');
        if (other) tunnel.cut([other.id]);
        return count;
      },
    }),
  },
  'a report has the time of the report': reporting((one) => ({ ...one, lastDownAt: performance.now() })),
  'pings are taken for pieces of the answer': reporting(({ pinged: _, ...one }) => one),
  'the last bytes are not reported': {
    tunnel(tunnel) {
      let count = 0;
      return {
        ...tunnel,
        onObservation: (listener) =>
          tunnel.onObservation((one) => {
            if (one.type !== 'connection.bytes' || ++count % 3 > 0) listener(one);
          }),
      };
    },
  },
};
