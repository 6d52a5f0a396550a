/** Everything that reads what somebody else has written. */
import type { Target } from './target.ts';
import { keys, output, screen } from './targets/bytes.ts';
import { config, hooks, journal, pipes, records, transcript } from './targets/documents.ts';
import { tunnel } from './targets/network.ts';

export const targets: Readonly<Record<string, Target>> = {
  ...{ transcript, hooks, config, journal, records, pipes },
  ...{ keys, output, screen },
  ...{ tunnel },
};
