/** Faults planted into the guard's parts: the rules must find each of them. */
import type { PrintParts } from '../../../src/print/pipes.ts';

export type Bug = (parts: PrintParts) => void;

export const noBug: Bug = () => {};

/** Replaces members of a part. */
function plant<Part extends object>(part: Part | null, changed: (own: Part) => Partial<Part>): void {
  if (part !== null) Object.assign(part, changed({ ...part }));
}

export const bugs: Readonly<Record<string, Bug>> = {
  'what is on record is given again': ({ pipes }) =>
    plant(pipes.input, ({ unrecorded }) => ({ unrecorded: () => unrecorded([]) })),
  'what is not on record is lost': ({ pipes }) =>
    plant(pipes.input, ({ unrecorded }) => ({
      unrecorded: (recorded) => ({ ...unrecorded(recorded), prompts: [] }),
    })),
  'the end of a turn is not noticed': ({ pipes }) => plant(pipes.input, () => ({ turnDone() {} })),
  'an interrupted turn is not gone on with': ({ pipes }) =>
    plant(pipes.input, ({ unrecorded }) => ({
      unrecorded: (recorded) => ({ ...unrecorded(recorded), isOpen: false }),
    })),
  'each agent is told that it was interrupted': ({ pipes }) =>
    plant(pipes.input, ({ unrecorded }) => ({
      unrecorded: (recorded) => ({ ...unrecorded(recorded), isOpen: true }),
    })),
  'calls are not noted': ({ conversation }) => plant(conversation.ledger, () => ({ calls: () => [] })),
  'the guard’s own words are taken for the host’s': ({ pipes }) =>
    plant(pipes.input, ({ preceded }) => ({
      said() {},
      preceded: (prompts, texts) => preceded(prompts, texts, []),
    })),
  'what is given again is out of order': ({ pipes }) =>
    plant(pipes.input, ({ preceded }) => ({
      preceded: (prompts, texts, own) => preceded(prompts.toReversed(), texts, own),
    })),
  'answers to a dead agent’s questions are passed on': ({ pipes }) =>
    plant(pipes.dialogue, () => ({ agentGone: () => [] })),
  'the host gets each answer of each agent': ({ pipes }) =>
    plant(pipes.dialogue, ({ fromAgent }) => ({
      fromAgent(record, marks) {
        fromAgent(record, marks);
        return true;
      },
    })),
};
