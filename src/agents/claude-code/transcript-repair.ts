/**
 * Repair of a conversation file, in passes that keep one record in memory at a time:
 * index the file → plan what to mend → write a copy → index the copy and prove that it is whole.
 *
 * The original is only read here; putting the copy in its place is done in `recover/repair.ts`, which knows who else
 * may be writing.
 */
import type { Examination, Proof, TranscriptDoctor } from '../../recover/repair.ts';
import { mapCalls, reachable } from './transcript-chain.ts';
import { indexTranscript } from './transcript-index.ts';
import { type FindingKind, foundBy, planRepairs } from './transcript-plan.ts';
import { writeRepaired } from './transcript-rewrite.ts';
import { findWriter } from './transcript-writers.ts';

/** What each finding means, and what is done about it, in plain words. `#` is the count. */
const words: Readonly<Record<FindingKind, { readonly found: string; readonly done: string }>> = {
  torn: { found: 'the last line is torn', done: 'it is removed' },
  garbage: { found: '# lines are garbage', done: 'they are removed' },
  salvaged: {
    found: '# lines are damaged, but hold whole records',
    done: 'the records are kept, one per line',
  },
  duplicate: { found: '# records stand in the file more than once', done: 'the latest of each is kept' },
  newline: { found: 'the last line has no end', done: 'it gets one' },
  bare: { found: '# messages have lost their id or time', done: 'they get new ones' },
  unlinked: {
    found: '# records are cut off from what came before',
    done: 'they are tied to the record that came before',
  },
  circle: { found: '# records come after themselves', done: 'the circle is opened at its oldest record' },
  'repeated call': {
    found: '# tool calls repeat the id of an earlier one',
    done: 'they get ids of their own',
  },
  'stray result': { found: '# tool results have no call before them', done: 'they are kept as text' },
  'open call': {
    found: '# tool calls have no result',
    done: 'each gets one that says it was interrupted and its outcome is unknown',
  },
};

const defaultResult =
  '[Interrupted: the session ended before the result of this call was recorded. Its outcome is unknown. ' +
  'Verify whether it took effect before you rely on it or run it again.]';

export const claudeCodeDoctor: TranscriptDoctor = {
  findWriter,

  async examine(path, options): Promise<Examination> {
    const index = await indexTranscript(path);
    const plan = planRepairs(index, { now: options.now, reconnect: options.reconnect });
    return {
      findings: plan.findings.map(({ kind, count }) => ({
        kind,
        count,
        found: words[kind].found.replace('#', String(count)),
        done: words[kind].done,
      })),
      before: plan.before,
      after: plan.after,
      bytes: index.bytes,
      write: (target) => writeRepaired(index, plan, target, (id) => options.resultText(id) ?? defaultResult),
      async prove(target): Promise<Proof> {
        const copy = await indexTranscript(target);
        const found = foundBy(reachable(copy.rows, mapCalls(copy.rows)));
        const lost = [...plan.found].filter((uuid) => !found.has(uuid)).length;
        const left = planRepairs(copy, { now: options.now, reconnect: options.reconnect }).findings.length;
        return { lost, left };
      },
    };
  },
};
