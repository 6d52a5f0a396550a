/**
 * Repairs a conversation file, in passes that keep one record in memory at a time: index the file → plan the repair →
 * write a copy → index the copy and prove that it is whole.
 *
 * This module only reads the original. `agents/common/repair.ts` puts the copy in its place, because it knows who else
 * may be writing.
 */
import { open, rm } from 'node:fs/promises';
import type {
  Examination,
  ExamineOptions,
  Proof,
  TranscriptRepairer,
} from '../../../contract/conversation.ts';
import { indexTranscript, type TranscriptIndex } from '../index.ts';
import { resumeOf } from '../leaf.ts';
import { readConversation, withholdReading } from '../reading.ts';
import { endThread, inThread, takeFailure } from '../thread.ts';
import { rememberRows } from './as-read.ts';
import { looksBroken } from './first-look.ts';
import { indexCopy } from './index-copy.ts';
import { type Plan, planRepairs } from './plan.ts';
import { poisonWords } from './poison/index.ts';
import { type KeptRange, writeRepaired } from './rewrite.ts';
import type { FindingKind, PlanOptions } from './work.ts';
import { findAgent, findWriter } from './writers.ts';

/** In plain words: each kind of finding, for one and for several (`#`), and what is done about it. */
const words: Readonly<
  Record<FindingKind, { readonly one: string; readonly many: string; readonly done: string }>
> = {
  torn: { one: 'the last line is torn', many: 'the last lines are torn', done: 'removed' },
  garbage: { one: 'one line is garbage', many: '# lines are garbage', done: 'removed' },
  salvaged: {
    one: 'one line is damaged, but holds whole records',
    many: '# lines are damaged, but hold whole records',
    done: 'the records are kept, each on a line of its own; the missing parts of other records are lost',
  },
  'cut prompt': {
    one: 'the end of one of your messages is lost',
    many: 'the ends of # of your messages are lost',
    done: 'the readable part is kept, with a note',
  },
  duplicate: {
    one: 'one record is in the file twice',
    many: '# records are in the file more than once',
    done: 'kept once',
  },
  newline: {
    one: 'the last line has no newline',
    many: 'the last lines have no newline',
    done: 'one is added',
  },
  bare: {
    one: 'one message has lost its id or time',
    many: '# messages have lost their id or time',
    done: 'new ones assigned',
  },
  unlinked: {
    one: 'one record is cut off from the conversation before it',
    many: '# records are cut off from the conversation before them',
    done: 'linked to the record that came before',
  },
  restart: {
    one: 'one message starts over in the middle of the file, and most of the conversation is lost as a result',
    many: '# messages start over in the middle of the file, and most of the conversation is lost as a result',
    done: 'linked to the record that came before (if you rewound to the start on purpose, put the original back)',
  },
  circle: {
    one: 'one record comes after itself',
    many: '# records come after themselves',
    done: 'the circle is opened',
  },
  scattered: {
    one: 'one part of an answer comes after a later answer',
    many: '# parts of answers come after later answers',
    done: 'made an answer of its own',
  },
  thinking: {
    one: 'the API refused the conversation because of its thinking, and one record holds some',
    many: 'the API refused the conversation because of its thinking, and # records hold some',
    done: 'the thinking is left out, and nothing else',
  },
  'repeated call': {
    one: 'one tool call repeats the id of an earlier one',
    many: '# tool calls repeat the id of an earlier one',
    done: 'given an id of its own',
  },
  'stray result': {
    one: 'one tool result has no call before it',
    many: '# tool results have no call before them',
    done: 'kept as text',
  },
  'stray end': {
    one: 'the agent would continue from an earlier message, and everything since would be lost',
    many: 'the agent would continue from an earlier message, for # reasons, and everything since would be lost',
    done: 'pointed to the end of the conversation',
  },
  ...poisonWords,
  'foreign id': {
    one: 'the last answer has an id that the API does not accept',
    many: '# answers have an id that the API does not accept',
    done: 'replaced by one that it accepts',
  },
  'open call': {
    one: 'one tool call has no result',
    many: '# tool calls have no result',
    done: 'given a result that says: interrupted, outcome unknown',
  },
};

/** Findings whose repair alters content. Every kind of poison does, too. */
const alsoContent: ReadonlySet<FindingKind> = new Set(['cut prompt', 'thinking']);

const defaultResult =
  '[Interrupted: the session ended before the result of this call was recorded. Its outcome is unknown. ' +
  'Verify whether it took effect before you rely on it or run it again.]';

export const claudeCodeRepairer: TranscriptRepairer = {
  findAgent,
  findWriter,
  looksBroken,
  takeFailure,
  examine,
};

/** Examines a large file in a thread of its own. */
async function examine(path: string, options: ExamineOptions): Promise<Examination> {
  const seen = await inThread(path, 'examine', options);
  if (seen === null) return examineHere(path, options);
  const mend = async (target: string) => {
    const proof = await inThread(path, 'mend', options, target).finally(() => endThread(path));
    return proof ?? mendAnew(path, options, target);
  };
  return { ...seen, mend };
}

/** For the case that the thread that examined the file is gone. It may have left half a copy. */
export async function mendAnew(path: string, options: ExamineOptions, target: string): Promise<Proof> {
  await rm(target, { force: true });
  return (await examineHere(path, options)).mend(target);
}

/** Examines the file in this thread. Moves the rows of the reading, so that others cannot use it. */
export async function examineHere(path: string, options: ExamineOptions): Promise<Examination> {
  const { index } = await readConversation(path);
  // Each line of any other file would be removed as garbage.
  if (index.rows.length === 0 && (index.damages.length > 0 || index.newlineMissing))
    throw new Error('it holds no record of a conversation');
  const wanted: PlanOptions = { ...options, version: resumeOf(index, options.version).version };
  // The plan moves its rows.
  const putBackReading = withholdReading();
  const putBackRows = rememberRows(index.rows);
  const plan = await planRepairs(index, wanted);
  const { before, after } = plan;
  // Otherwise the rows have been moved, and the proof makes them those of the copy.
  if (plan.changes.size === 0 && plan.findings.length === 0) putBackReading();
  // Released once the copy is written, because the proof needs the memory.
  let work: Written | null = { index, plan, putBackRows };
  return {
    findings: plan.findings.map(({ kind, count }) => ({
      kind,
      count,
      found: count === 1 ? words[kind].one : words[kind].many.replace('#', String(count)),
      done: words[kind].done,
      altersContent: kind in poisonWords || alsoContent.has(kind),
    })),
    before,
    after,
    async mend(target) {
      if (work === null) throw new Error('the repair was written before');
      const textFor = (id: string) => options.resultTexts.get(id) ?? defaultResult;
      const needed = work.plan.needed();
      const kept = await writeRepaired(work.index, work.plan, target, textFor);
      const original = work.plan.removed.length === 0 ? work.index : null;
      work.putBackRows();
      work = null;
      const [proof] = await Promise.all([prove(target, original, kept, needed, wanted), toDisk(target)]);
      return proof;
    },
  };
}

interface Written {
  readonly index: TranscriptIndex;
  readonly plan: Plan;
  readonly putBackRows: () => void;
}

/** @param original its rows become those of the copy; null: the whole copy is read */
async function prove(
  target: string,
  original: TranscriptIndex | null,
  kept: readonly KeptRange[],
  needed: ReadonlySet<string>,
  options: PlanOptions,
): Promise<Proof> {
  const copy = (original && (await indexCopy(original, kept, target))) ?? (await indexTranscript(target));
  // Without findings, no row has been moved.
  const { findings, finds } = await planRepairs(copy, options);
  let lost = needed.size;
  for (const row of copy.rows) if (finds.has(row) && needed.has(row.uuid)) lost -= 1;
  return { lost, left: findings.length };
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
