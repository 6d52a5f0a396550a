/** Faults planted into the guard's parts: the rules must find each of them. */
import type { Composer } from '../../../src/person/composer.ts';
import type { PersonKeys } from '../../../src/terminal/person-keys.ts';

interface Parts {
  readonly composer: Composer;
  readonly keys: PersonKeys;
}

export type Bug = (parts: Parts) => void;

export const noBug: Bug = () => {};

export const bugs: Readonly<Record<string, Bug>> = {
  'keys are not held while the guard types': ({ keys }) => Object.assign(keys, { hold: () => () => {} }),
  'keys are handed out twice': ({ keys }) => {
    const { read } = keys;
    let count = 0;
    Object.assign(keys, {
      read(chunk: Buffer) {
        read(chunk);
        if (keys.keptBytes > 0 && ++count % 5 === 0) read(chunk);
      },
    });
  },
  'what is back in the box is still put aside': ({ composer }) => Object.assign(composer, { restored() {} }),
  'a dead agent takes the draft with it': ({ composer }) => Object.assign(composer, { rescue() {} }),
  'a prompt is forgotten once an agent is started with it': ({ composer }) =>
    Object.assign(composer, { startedWith() {} }),
  'a message that was sent stays queued': ({ composer }) =>
    Object.assign(composer, { remove() {}, taken() {} }),
};
