/** Everything that reads what somebody else has written. */
import type { Target } from './target.ts';
import { keys, output, screen } from './targets/bytes.ts';
import { config } from './targets/config.ts';
import { dashboard } from './targets/dashboard.ts';
import { hooks } from './targets/hooks.ts';
import { journal } from './targets/journal.ts';
import { tunnel } from './targets/network.ts';
import { pipes } from './targets/pipes.ts';
import { records } from './targets/records.ts';
import { service } from './targets/service.ts';
import { transcript } from './targets/transcript.ts';

export const targets: Readonly<Record<string, Target>> = {
  ...{ transcript, hooks, config, journal, records, dashboard, pipes },
  ...{ keys, output, screen },
  ...{ tunnel, service },
};
