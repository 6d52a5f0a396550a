/**
 * Name lookups of the tunnel. Connections to one host share a lookup in flight: a lookup without a network can hang
 * for many seconds, each holds one of node's four pool threads, and file writes of the guard need them too.
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

export interface Resolver {
  readonly lookup: LookupFunction;
  /** This name was resolved at least once in this run. */
  knows(host: string): boolean;
  /** Some name was resolved since the network last changed: a name that is not found then does not exist. */
  works(): boolean;
  networkChanged(): void;
}

/** Not before it is needed: `node:dns` takes its time to load. */
const systemLookup: LookupFunction = (...asked) => lookup(...asked);

export function createResolver(system: LookupFunction = systemLookup): Resolver {
  const inFlight = new Map<string, ((...answer: Answer) => void)[]>();
  const known = new Set<string>();
  let works = false;

  const lookup: LookupFunction = (host, options, done) => {
    const key = `${host} ${JSON.stringify(options)}`;
    const waiting = inFlight.get(key);
    if (waiting) {
      waiting.push(done);
      return;
    }
    const callbacks = [done];
    inFlight.set(key, callbacks);
    system(host, options, (...answer) => {
      inFlight.delete(key);
      if (!answer[0]) {
        known.add(host);
        works ||= host !== 'localhost';
      }
      for (const callback of callbacks) callback(...answer);
    });
  };

  return {
    lookup,
    knows: (host) => known.has(host),
    works: () => works,
    networkChanged() {
      works = false;
      inFlight.clear(); // those who come now ask anew; those who wait still get their answer
    },
  };
}
