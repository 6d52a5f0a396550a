/**
 * What completion offers for a word: a fixed list, or something that is looked up when the person presses Tab.
 */
export type Words = readonly string[] | 'session' | 'incident' | 'key' | 'scenario';

export interface Command {
  readonly name: string;
  /** As in the help: `[ID] [--json]`. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly string[];
  /** Kinds of the first, second … word after the command. */
  readonly words: readonly Words[];
  /** `run` gets what follows the command's name, and all commands. It resolves to the exit code. */
  load(): Promise<{ run(args: readonly string[], commands: readonly Command[]): Promise<number> }>;
}
