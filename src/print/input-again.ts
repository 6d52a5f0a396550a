/** What the next agent gets of a host's input, and what the guard says with it. */
import { randomUUID } from 'node:crypto';
import { squeezed } from '../person/same-text.ts';
import { forgotten as answeredBefore } from '../recover/prompt.ts';
import type { Input, Unrecorded } from './input.ts';
import type { Answer, Pipes } from './pipes.ts';
import type { Progress } from './progress.ts';

export interface InputAgain {
  readonly first: readonly Buffer[];
  /** The id of a prompt of the guard in `first`. The script must not see it in the output. */
  readonly ownPrompt: string | null;
  /** What the agent is told of work that earlier agents may have done. Null: nothing. */
  readonly notice: string | null;
}

/**
 * For an agent that resumes. If a turn that is on record was interrupted, the agent is told so in a prompt of its own,
 * because a result is still owed for that turn. Otherwise such a prompt would make a turn, and a result, that nobody
 * has asked for, so what must be said precedes the host's next prompt.
 * @param unseen what must be said of work that may have been done without a record; null: nothing
 */
export function goingOn(
  { mode, dialogue }: Pipes,
  input: Input,
  { prompts, forgotten, isOpen }: Unrecorded,
  wasInTurn: boolean,
  words: string,
  unseen: string | null,
): InputAgain {
  const isOwn = isOpen || (prompts.length === 0 && wasInTurn && dialogue?.isInTurn === true);
  if (!isOwn) {
    const notice = prompts.length === 0 ? null : unseen;
    return { first: withForgotten(input, prompts, forgotten, notice), ownPrompt: null, notice };
  }
  input.said(words);
  const ownPrompt = randomUUID();
  const own = Buffer.from(`${JSON.stringify(mode.promptRecord(words, ownPrompt))}\n`);
  return { first: [own, ...withForgotten(input, prompts, forgotten, null)], ownPrompt, notice: words };
}

/** For an agent on a new conversation. Null: there was too much to keep. */
export function allAgain(input: Input, notice: string | null): readonly Buffer[] | null {
  if (input.whole() === null) return null;
  const { prompts, forgotten } = input.unrecorded([]);
  return withForgotten(input, prompts, forgotten, notice);
}

function withForgotten(
  input: Input,
  prompts: Unrecorded['prompts'],
  forgotten: readonly string[],
  notice: string | null,
): readonly Buffer[] {
  const said = notice === null ? [] : [notice];
  if (forgotten.length === 0) return input.preceded(prompts, said, said);
  const { before, withoutText, after } = answeredBefore;
  const asked = forgotten.map((text) => (text.trim() === '' ? withoutText : text));
  return input.preceded(prompts, [...said, before, ...asked, after], [...said, before, withoutText, after]);
}

/** What the agent that has ended was told of earlier work, if that is not on record. */
export function untold(answer: Answer | null, prompts: Progress['prompts']): string | null {
  if (answer === null || answer.notice === null) return null;
  const notice = squeezed(answer.notice);
  return prompts.some(({ text }) => squeezed(text).includes(notice)) ? null : answer.notice;
}

export const joined = (...texts: readonly (string | null)[]): string =>
  texts.filter((text) => text !== null && text !== '').join('\n\n');
