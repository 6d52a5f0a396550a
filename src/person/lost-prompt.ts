/**
 * Rescues a prompt that was sent but is not in the conversation, because the agent ended before it recorded the prompt.
 * The next agent gets it once: as its prompt if it is certain that it was sent and still wanted, else in its box,
 * unsent. A message that seemed to be queued but is on record was taken, so it is not given back.
 */
import type { AgentAdapter } from '../agents/agent.ts';
import type { SentPrompt } from '../agents/contract/conversation.ts';
import { maxArgumentBytes } from '../platform/argument.ts';
import type { Composer } from './composer.ts';
import type { Queued } from './entered.ts';
import type { Sent } from './last-sent.ts';
import { isCommand } from './signs.ts';

/** Beginnings that make a text something other than a prompt: commands, shell mode, notes, tags. */
const special = /^\s*[/!#&<]/;

/**
 * What is on record of the conversation. `kept`: a turn. `nothing`: there was none yet. `lost`: nothing, though its
 * first turn has ended: the agent was gone before it had written the turn down.
 */
export type OnRecord = 'kept' | 'nothing' | 'lost';

/** What is known of the conversation in which the prompt was sent. */
export interface Known {
  readonly composer: Composer;
  readonly session: { readonly transcriptPath: string | null };
  readonly onRecord: OnRecord;
  /** Shows whether the agent reports by hooks which prompts it takes. */
  readonly hookSource: { heard(): boolean };
  readonly launch: { readonly adapter: Pick<AgentAdapter, 'recordsPrompt'> };
}

/** To be called while no agent runs. Null: nothing is lost, or it is in the draft now. */
export async function takeLostPrompt(known: Known): Promise<string | null> {
  const { composer, session, onRecord, launch } = known;
  const { recordsPrompt } = launch.adapter;
  if (recordsPrompt === null && onRecord === 'kept') return null;
  const path = session.transcriptPath;
  const records = async (prompt: SentPrompt) =>
    path !== null && recordsPrompt !== null && (await recordsPrompt(path, prompt));
  const recordsAny = async (texts: readonly string[], atMs: number) => {
    for (const text of texts) if (await records({ text, id: null, taken: false, atMs })) return true;
    return false;
  };
  for (const { text, atMs, follows } of mayBeSent(composer.entered))
    if (await recordsAny([text, ...(follows === null ? [] : [`${follows}\n${text}`])], atMs))
      composer.remove(text);
  const prompt = composer.takeSent();
  if (prompt === null) return null;
  const isRecorded = await records(prompt);
  // 2.1.329 reports a queued message under the id of the running turn, so it counts as recorded; while it is still in
  // the queue, it is given back with the queue.
  if (isRecorded) return null;
  composer.remove(prompt.text);
  const { words } = prompt;
  if (words === null) return null; // the guard makes a new one
  if (isToBeSent(prompt, words, known)) return words;
  composer.addAside(words);
  return null;
}

/** Whether it is certain that the person has sent these words, still wants them sent, and that nothing came of them. */
function isToBeSent(prompt: Sent, words: string, { onRecord, hookSource }: Known): boolean {
  // If a turn has ended, it may have been this one.
  if (prompt.isStopped || onRecord === 'lost' || Buffer.byteLength(words) > maxArgumentBytes) return false;
  if (prompt.isGiven && !prompt.hasBegun) return !prompt.mayHaveRun || !isCommand(words);
  return (prompt.taken || !hookSource.heard()) && !special.test(words);
}

/**
 * The texts that the agent may have sent: each message, and messages in a row, because an agent sends its queue as one
 * text, and because an Enter may have sent nothing. If the same words were sent twice, one record can stand for only one
 * of them. An Enter on nothing is no message, so it does not say when the words before it were sent.
 */
function mayBeSent(entered: Composer['entered']): readonly Queued[] {
  const messages = entered.filter(({ text }) => text.trim() !== '');
  const runs = messages.flatMap(({ follows }, from) =>
    messages.slice(from).flatMap(({ atMs }, more) => {
      const run = messages.slice(from, from + more + 1).map(({ text }) => text);
      return ['\n', ''].map((between) => ({ text: run.join(between), atMs, follows }));
    }),
  );
  return [...new Map(runs.map((run) => [run.text, run])).values()];
}

/** Puts the first prompt into the box, unsent: it was answered once and may have had its effects. */
export function giveBackFirst({ composer }: Pick<Known, 'composer'>): void {
  const { lastByPerson } = composer;
  if (lastByPerson !== null && !special.test(lastByPerson)) composer.addAside(lastByPerson);
}
