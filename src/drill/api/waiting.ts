/** Waits between the steps of an answer, for as long as the other side is there. */
import type { ServerResponse } from 'node:http';

/** Resolves early, with false, if the other side goes away. */
export function pause(response: ServerResponse, ms: number): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      response.off('close', gone);
      resolve(true);
    }, ms);
    response.once('close', gone);
  });
}

export const untilGone = (response: ServerResponse): Promise<void> =>
  response.destroyed ? Promise.resolve() : new Promise((resolve) => response.once('close', () => resolve()));
