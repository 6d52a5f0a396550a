/**
 * Plans how the next agent begins after one was interrupted: it resumes the recorded conversation, or begins anew. It
 * must not silently repeat work that may have been done, so it is told what is known and what is not.
 */
import { randomUUID } from 'node:crypto';
import { launchNow } from '../guard/launch-now.ts';
import type { Run } from '../guard/run.ts';
import { maxArgumentBytes } from '../platform/argument.ts';
import { withLostPrompt } from '../recover/prompt.ts';
import type { Input } from './input.ts';
import { allAgain, goingOn, type InputAgain, joined, untold } from './input-again.ts';
import type { PrintParts } from './pipes.ts';
import { type Progress, readProgress } from './progress.ts';

/** How an agent begins: its arguments, and what its input begins with (`first`). */
export interface Start extends InputAgain {
  readonly args: readonly string[];
  readonly resumed: boolean;
  readonly pin: string | null;
  readonly stdin: 'pipe' | 'inherit' | 'none';
}

export interface NextLaunch {
  readonly generation: number;
  /** A turn was interrupted, and the agent is told so. */
  readonly prompt: boolean;
  /** The agent that has ended had begun a turn. */
  readonly ranTurn: boolean;
}

/** Why no other agent can continue, as far as that is certain without reading files. Null: one may. */
export function obstacle(parts: PrintParts, ranTurn: boolean): string | null {
  const { id, transcriptPath } = parts.conversation;
  const { input, formats } = parts.pipes;
  const unrepeatable = input?.unrepeatable() ?? null;
  if (unrepeatable !== null) return unrepeatable;
  if (transcriptPath !== null || didNothing(parts, ranTurn)) return null;
  if (formats.input === 'text' && id !== null && input?.whole() !== null) return null;
  return 'none of the conversation is on record';
}

/** Rejects if the work can neither be resumed nor begun anew. */
export async function planNext(parts: PrintParts, next: NextLaunch): Promise<Start> {
  const why = obstacle(parts, next.ranTurn);
  const plan = why === null ? ((await resumption(parts, next)) ?? (await beginAnew(parts, next))) : null;
  if (plan === null) throw new Error(why ?? 'none of the conversation is on record');
  return plan;
}

/**
 * Whether it is certain that nothing was done: hooks run and reported no call; or there was no request, and no output
 * beyond control records.
 */
function didNothing({ agent, wire, conversation, pipes }: PrintParts, ranTurn: boolean): boolean {
  const askedNothing = wire.tunnel !== null && !ranTurn && pipes.answer?.gate.hasSpoken() !== true;
  return conversation.ledger.calls().length === 0 && (agent.hooks.heard() || askedNothing);
}

async function promptFor(
  { run, agent, conversation }: PrintParts,
  rung: 'relaunch' | 'anew',
): Promise<string> {
  const { promptOf } = await import('../guard/snapshot.ts'); // not needed at a first launch
  return promptOf(run, agent, conversation, rung, null);
}

/**
 * Resumes the recorded conversation. Null: there is none. If the prompt had not been recorded when the agent was
 * killed, it is given again, without a word about an interruption, because the conversation does not show one.
 */
async function resumption(parts: PrintParts, next: NextLaunch): Promise<Start | null> {
  const { run, conversation } = parts;
  const { mode, formats, input } = parts.pipes;
  const { id } = conversation;
  if (id === null) return null;
  const { prompts } = await readProgress(conversation.transcriptPath, 0, mode);
  if (prompts.length === 0) return null;
  const earlier = untold(parts.pipes.answer, prompts);
  const words = joined(earlier, await promptFor(parts, 'relaunch'));
  const unseen = didNothing(parts, next.ranTurn) ? earlier : words;
  const resumed = (prompt: string | null) => {
    const { args, adapter } = launchNow(run, conversation);
    return { args: adapter.resumeArguments(args, id, prompt), resumed: true, pin: null };
  };
  if (formats.input === 'records' && input !== null) {
    const unrecorded = input.unrecorded(ofThisRun(run, prompts));
    const again = goingOn(parts.pipes, input, unrecorded, next.prompt, words, unseen);
    return { ...resumed(null), ...again, stdin: 'pipe' };
  }
  const again = ofThisRun(run, prompts).length > 0 || unseen !== null ? null : sameStart(parts, null);
  if (again !== null) return { ...again, ...resumed(run.launch.invocation.prompt) };
  const stdin = input === null ? 'inherit' : 'none';
  return { ...resumed(words), stdin, first: [], ownPrompt: null, notice: words };
}

/** A resumed conversation also holds earlier prompts, perhaps in the same words. */
export function ofThisRun({ launch, launchedAtMs }: Run, prompts: Progress['prompts']): Progress['prompts'] {
  const { resumes } = launch.invocation;
  return resumes ? prompts.filter(({ atMs }) => atMs === null || atMs >= launchedAtMs) : prompts;
}

/**
 * Gives the same prompt again, word for word. If something may have been done, it is preceded by what is known of that.
 */
async function beginAnew(parts: PrintParts, next: NextLaunch): Promise<Start | null> {
  const earlier = untold(parts.pipes.answer, []);
  const nothing = didNothing(parts, next.ranTurn);
  if (nothing && earlier === null) return sameStart(parts, null);
  const notice = joined(earlier, nothing ? null : await promptFor(parts, 'anew'));
  if (notice === '') return null;
  const again = sameStart(parts, notice);
  if (again === null || parts.pipes.formats.input === 'records') return again;
  const { adapter, args: given, invocation } = launchNow(parts.run, parts.conversation, 'new');
  const { prompt } = invocation;
  const text = withLostPrompt(notice, prompt ?? '');
  if (prompt === null) return { ...again, first: [Buffer.from(text), ...again.first] };
  if (Buffer.byteLength(text) > maxArgumentBytes) return null;
  // The new arguments name no id. An id that the person gave is still free, because nothing is on record under it.
  const named = invocation.sessionId === null ? null : parts.conversation.id;
  const args = adapter.freshArguments(given, text, true);
  return { ...again, args, pin: again.pin ?? named };
}

/** @param notice precedes a host's prompts */
function sameStart(
  { run, conversation, pipes: { input, formats } }: PrintParts,
  notice: string | null,
): Start | null {
  const whole = (from: Input) => (formats.input === 'text' ? from.whole() : allAgain(from, notice));
  const first = input === null ? [] : whole(input);
  if (first === null) return null;
  // Even a file without a prompt makes the id taken.
  const id = run.pin === null || conversation.transcriptPath === null ? run.pin : randomUUID();
  const stdin = input === null ? 'inherit' : 'pipe';
  const { args } = launchNow(run, conversation, 'new');
  return { args, resumed: false, pin: id, stdin, first, ownPrompt: null, notice };
}
