/** A compaction that began and never ended (3 to 5 minutes are ordinary; some have hung for days). */
import type { Config } from '../../config/schema.ts';
import type { Evidence } from '../evidence/index.ts';
import { lastByteAt } from '../evidence/wire.ts';
import { limitMs } from '../limits.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const stuckCompaction: Signature = {
  class: 'stuck-compaction',
  help: 'a compaction that began and never ended',
  test(e, config) {
    const since = e.screen?.activitySince;
    if (e.phase !== 'compacting' || since === undefined) return null;
    const limit = limitMs(isFed(e, config) ? 'compactionAlive' : 'compaction', config, e.host);
    if (e.now - since < limit) return null;
    return {
      class: 'stuck-compaction',
      since,
      because: [`compacting for ${seconds(e.now - since)}`, `limit ${seconds(limit)}`],
      cure: e.conversation.compactionsCured > 0 ? 'ask' : 'nudge',
      connections: [],
    };
  },
};

/** Bytes of an answer still come. */
function isFed({ wire, now, host }: Evidence, config: Config): boolean {
  const limit = limitMs('midResponse', config, host);
  return wire.connections.some((each) => each.stage === 'answer' && now - lastByteAt(each) < limit);
}
