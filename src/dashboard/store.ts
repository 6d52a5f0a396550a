/** Holds the model between drawings: keys and news change it, and the screen follows. */
import type { Model } from './model.ts';

export interface Store {
  readonly get: () => Model;
  readonly set: (model: Model) => void;
  /** Calls the listener on every change. @returns a function that stops it */
  readonly subscribe: (listener: () => void) => () => void;
}

export function createStore(start: Model): Store {
  let model = start;
  const listeners = new Set<() => void>();
  return {
    get: () => model,
    set(next) {
      model = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
