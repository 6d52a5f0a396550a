/**
 * What the person has changed with commands of their own, as the end of the conversation's file shows it. A command's
 * answer is the record after the command. An answer that changes nothing (`Kept model as …`, `Staying in …`) does not
 * count.
 */
import { stripVTControlCharacters } from 'node:util';
import { type Json, textOf } from '../../common/json.ts';
import type { Overruled, OwnChanges } from '../../contract/conversation.ts';
import { blocksOf, messageOf } from '../message.ts';
import { tailOf } from '../senses/session-files.ts';

interface Change extends Overruled {
  readonly command: string;
  readonly answer: RegExp;
}

/**
 * A resume without the flag goes on with the person's choice: with the conversation's model (2.1.42 to 2.1.329), with
 * the saved level of effort (2.1.197, 2.1.329). A level for one session is found again by no resume. Versions that do
 * not say for how long they set a model save it. Of the changes of one flag by one answer, the first counts.
 */
const changes: readonly Change[] = [
  {
    command: '/model',
    answer: /^Set model to .* for this session only/,
    flag: '--model',
    by: 'conversation',
  },
  { command: '/model', answer: /^Set model to /, flag: '--model', by: 'settings' },
  {
    command: '/model',
    answer: /^Set model to .* saved as your default .* effort$/,
    flag: '--effort',
    by: 'settings',
  },
  {
    command: '/effort',
    answer: /^Set effort level to \S+ \(saved as your default /,
    flag: '--effort',
    by: 'settings',
  },
  { command: '/cd', answer: /^Moved to /, flag: '--worktree', by: 'folder' },
];

const commandName = /^<command-name>(\/[^<]+)<\/command-name>/;
const commandAnswer = /^<local-command-stdout>([\s\S]*)<\/local-command-stdout>$/;

/** @param sinceMs wall clock, Unix milliseconds; a fork copies older records into its file */
export async function ownChanges(path: string, sinceMs: number): Promise<OwnChanges> {
  let folder: string | null = null;
  let command: string | undefined;
  const overruled: Overruled[] = [];
  for (const record of await tailOf(path)) {
    const text = commandText(record);
    const answer = commandAnswer.exec(text)?.[1];
    if (answer !== undefined && Date.parse(textOf(record, 'timestamp') ?? '') >= sinceMs) {
      const made = changes.filter((each) => each.command === command && each.answer.test(plain(answer)));
      const first = made.filter((each) => made.find(({ flag }) => flag === each.flag) === each);
      overruled.push(...first.map(({ flag, by }) => ({ flag, by })));
      if (command === '/cd' && made.length > 0) folder = textOf(record, 'cwd') ?? folder;
    }
    command = answer === undefined ? (commandName.exec(text)?.[1] ?? command) : undefined;
  }
  return { folder, overruled };
}

/** The record is a note of the agent's, or stands in the person's name; both occur in one version. */
const commandText = (record: Json): string =>
  textOf(record, 'content') ?? textOf(blocksOf(messageOf(record))[0] ?? {}, 'text') ?? '';

const plain = (text: string) => stripVTControlCharacters(text).trim();
