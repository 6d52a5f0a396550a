/**
 * A prompt that was sent and that the conversation does not hold: the agent was ended before it had written it down.
 * It is for the next agent, once: as its prompt where its very words are known, else in its box, unsent. What looked
 * as if it were for the queue and is on record was taken: nothing of it is given back.
 */

import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Runtime } from '../guard/runtime.ts';
import { promptOf, watchesCalls } from '../guard/snapshot.ts';
import { withLostPrompt } from '../recover/prompt.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';

/** A command line argument cannot be longer than 128 KiB (Linux). */
const longestBytes = 100_000;
/** What the box takes for something other than a prompt: commands, the shell mode, notes, tags. */
const special = /^\s*[/!#&<]/;

/** Call it when no agent runs. Null: nothing is lost, or it is in the draft now. */
export async function takeLostPrompt(runtime: Runtime): Promise<string | null> {
  const { sent, draft, session, hookSource, launch } = runtime;
  const { recordsPrompt } = launch.adapter;
  if (recordsPrompt === null) return null;
  const path = session.transcriptPath;
  const records = async (prompt: SentPrompt) => path !== null && (await recordsPrompt(path, prompt));
  // The same words twice: one record can stand for one of them only.
  const queued = new Map(draft.queue().map(({ text, atMs }) => [text, atMs]));
  for (const [text, atMs] of queued)
    if (await records({ text, id: null, taken: false, atMs })) draft.isTaken(text);
  const prompt = sent.latest();
  if (prompt === null) return null;
  sent.settle();
  const isRecorded = await records(prompt);
  draft.sentIsSettled();
  // 2.1.329 tells of a queued message under the id of the turn that runs: the queue is given back as such.
  if (isRecorded) return null;
  draft.isTaken(prompt.text);
  const isSure = prompt.taken || !hookSource.heard();
  if (isSure && !special.test(prompt.text) && Buffer.byteLength(prompt.text) <= longestBytes)
    return prompt.text;
  draft.addAside(prompt.text);
  return null;
}

/** The first prompt is for the box, unsent: it has had its answer once, and may have done what it was to do. */
export function giveBackFirst({ sent, draft }: Pick<Runtime, 'sent' | 'draft'>): void {
  if (sent.lastText !== null && !special.test(sent.lastText)) draft.addAside(sent.lastText);
}

/**
 * What the next agent is told. Null: nothing.
 * @param resume the conversation is on record; else it is begun anew, and nobody will find in it what was asked
 */
export function relaunchPrompt(
  runtime: Runtime,
  isInterrupted: boolean,
  lost: string | null,
  resume: boolean,
): string | null {
  if (resume) {
    if (lost === null) return isInterrupted ? promptOf(runtime, 'relaunch') : null;
    if (!isInterrupted || !hasMore(runtime.snapshot)) return lost;
    return withLostPrompt(promptOf(runtime, 'relaunch'), lost);
  }
  const asked = lost ?? (runtime.session.isCleared ? null : runtime.launch.invocation.prompt);
  if (!isInterrupted || asked === null) return lost;
  // Without a record and without hooks, a call that nobody saw may have run.
  const mayHaveActed = hasMore(runtime.snapshot) || !watchesCalls(runtime);
  return mayHaveActed ? withLostPrompt(promptOf(runtime, 'anew'), asked) : asked;
}

/** The turn left more traces than its prompt. */
const hasMore = (snapshot: RecoverySnapshot | null): boolean =>
  snapshot !== null && (snapshot.active_tool_calls.length > 0 || snapshot.partial_response_text !== null);
