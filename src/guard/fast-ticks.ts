/** Makes the loop turn more often during a cure. Otherwise the clock's own pace is enough. */
import type { GuardState } from '../decide/state.ts';
import type { Loop } from './loop.ts';

const fastTickMs = 250;

export interface FastTicks {
  /** To be called after each turn of the loop. */
  turned(state: GuardState): void;
  stop(): void;
}

/** No timer runs while nothing is wrong. */
export function createFastTicks(loop: Loop): FastTicks {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    turned({ name, cure }) {
      if (name === 'watching' && cure === null) stop();
      else timer ??= setInterval(() => loop.emit({ type: 'tick' }), fastTickMs);
    },
    stop,
  };
}
