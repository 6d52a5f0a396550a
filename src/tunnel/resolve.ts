/**
 * The tunnel's name lookups. Connections to one host share a pending lookup: without a network, a lookup can hang for
 * many seconds and occupy one of node's four pool threads, which the guard's file writes need as well.
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

export interface Resolver {
  readonly lookup: LookupFunction;
  /** This name was resolved at least once in this run. */
  knows(host: string): boolean;
  /** Some name was resolved since the network last changed, so a name that is not found does not exist. */
  works(): boolean;
  networkChanged(): void;
}

/** Loads `node:dns` when it is first needed, because that takes long. */
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
      inFlight.clear(); // later requests start a new lookup; waiting ones still get their answer
    },
  };
}
