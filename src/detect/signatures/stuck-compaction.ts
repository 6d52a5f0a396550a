/** A compaction that began and never ended (3 to 5 minutes are ordinary; some have hung for days). */
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const stuckCompaction: Signature = {
  class: 'stuck-compaction',
  help: 'a compaction that began and never ended',
  test(e, phase, config) {
    const since = e.compactingSince ?? (phase === 'compacting' ? (e.screen?.activitySince ?? null) : null);
    if (phase !== 'compacting' || since === null) return null;
    if (e.now - since < config.recovery.compaction_timeout_ms) return null;
    return {
      class: 'stuck-compaction',
      since,
      because: [`compacting for ${seconds(e.now - since)}`],
      cure: e.compactionsCured > 0 ? 'ask' : 'nudge',
      connections: [],
    };
  },
};
