/** An agent that is reached through pipes, without screen and keys. Notices go to standard error, one line each. */

import type { Notice } from '../effects.ts';
import type { Body } from '../guard/body.ts';
import { resumeCommand } from '../guard/resume-command.ts';
import { causeWords } from '../words/cause.ts';
import { mendedText } from '../words/notice.ts';
import { type Judge, startNext } from './launch.ts';
import type { PrintParts } from './pipes.ts';

export interface PipesBodyOptions {
  readonly catchUp: Body['catchUp'];
  readonly judge: Judge;
  /** Whether the agent that has ended had begun a turn. */
  readonly ranTurn: () => boolean;
  readonly say: (messages: readonly string[]) => void;
}

export function createPipesBody(parts: PrintParts, { catchUp, judge, ranTurn, say }: PipesBodyOptions): Body {
  return {
    catchUp,
    partialText: () => null,
    sentPrompts: () => [],
    // An answer that was finished but never printed also counts as unfinished.
    beforeStop: (phase) => (phase === 'between_turns' ? 'streaming' : phase),
    detach() {}, // the gate judges what the agent still prints
    // There is no terminal to type it into, so none is asked for.
    nudge: async () => parts.run.emit({ type: 'nudge.done', outcome: 'not-idle' }),
    choose: async () => false,
    relaunch: ({ generation, prompt }) => startNext(parts, { generation, prompt, ranTurn: ranTurn() }, judge),
    say(notice) {
      const text = words(parts, notice);
      if (text !== null) say([text]);
    },
    setTitle() {}, // the status file shows it
    keep() {}, // there is no recording
  };
}

function words({ run, agent, conversation }: PrintParts, notice: Notice): string | null {
  switch (notice.kind) {
    case 'resuming':
      return `resuming the session (attempt ${notice.attempt}/${notice.of})`;
    case 'stopped':
      return [causeWords(notice.cause).headline, mendedText(conversation.mended)]
        .filter((text) => text !== null)
        .join(' ');
    case 'offline':
      return notice.attempt === 1 ? 'waiting for the network' : null;
    case 'gave-up': {
      const { adapter } = run.launch;
      const told = `${causeWords(notice.cause).headline} ${notice.detail} (${adapter.name} ${agent.program.version?.text ?? 'of unknown version'})`;
      const command = resumeCommand(run, conversation);
      return command === null ? told : `${told}. To go on: ${command}`;
    }
    case 'confirm':
      return null; // nobody can confirm
  }
}
