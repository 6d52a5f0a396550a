/**
 * A prompt that was sent and that the conversation does not hold: the agent was ended before it had written it down.
 * It is for the next agent, once: as its prompt where its very words are known, else in its box, unsent. What looked
 * as if it were for the queue and is on record was taken: nothing of it is given back.
 */
import type { AgentAdapter } from '../agents/agent.ts';
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Draft } from './draft.ts';
import type { SentPrompts } from './sent-prompt.ts';

/** A command line argument cannot be longer than 128 KiB (Linux). */
const maxBytes = 100_000;
/** What the box takes for something other than a prompt: commands, the shell mode, notes, tags. */
const special = /^\s*[/!#&<]/;

/** What is known of the conversation in which it was sent. */
interface Known {
  readonly sent: SentPrompts;
  readonly draft: Draft;
  readonly session: { readonly transcriptPath: string | null };
  /** Whether the agent tells by hooks what it takes. */
  readonly hookSource: { heard(): boolean };
  readonly launch: { readonly adapter: Pick<AgentAdapter, 'recordsPrompt'> };
}

/** Call it when no agent runs. Null: nothing is lost, or it is in the draft now. */
export async function takeLostPrompt(known: Known): Promise<string | null> {
  const { sent, draft, session, hookSource, launch } = known;
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
  if (isSure && !special.test(prompt.text) && Buffer.byteLength(prompt.text) <= maxBytes) return prompt.text;
  draft.addAside(prompt.text);
  return null;
}

/** The first prompt is for the box, unsent: it has had its answer once, and may have done what it was to do. */
export function giveBackFirst({ sent, draft }: Pick<Known, 'sent' | 'draft'>): void {
  if (sent.lastOfPerson !== null && !special.test(sent.lastOfPerson)) draft.addAside(sent.lastOfPerson);
}
