/** Carries out effects in print mode: no terminal, no keys; what is to be said goes to standard error in one line. */

import type { Notice } from '../effects.ts';
import {
  background,
  type Outlets,
  type Perform,
  performCommon,
  resumeCommand,
  stopAgent,
} from '../guard/common-effects.ts';
import { renewProgram } from '../guard/start/program.ts';
import { refuseSecondWriter } from '../guard/start/second-writer.ts';
import { causeWords } from '../words/cause.ts';
import { mendedText } from '../words/notice.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { type OnEnd, startNext } from './launch.ts';
import type { PrintRun } from './run.ts';

export interface PrintOutlets extends Outlets {
  /** Whether a turn had begun in the agent that has ended. */
  readonly ranTurn: () => boolean;
  readonly onEnd: OnEnd;
}

export function createPrintPerformer(run: PrintRun, outlets: PrintOutlets): Perform {
  const { emit } = run;
  /** Somebody has ended us while an agent was on its way: it is not started any more. */
  let isOver = false;

  return (effect) => {
    switch (effect.type) {
      case 'cut':
      case 'probe':
      case 'remember':
      case 'notify':
        performCommon(run, outlets, effect);
        return;
      case 'exit':
        isOver = true;
        performCommon(run, outlets, effect);
        return;
      case 'continue':
        run.child?.kill('SIGCONT');
        return;
      case 'nudge': // a person asked for it; nobody can type here
        emit({ type: 'nudge.done', outcome: 'not-idle' });
        return;
      case 'choose':
        emit({ type: 'choose.done', ok: false });
        return;
      case 'stop': {
        // An answer that was made and never printed was in flight, too.
        const phase = effect.phase === 'between_turns' ? 'streaming' : effect.phase;
        const body = { pty: run.child, terminal: { detach() {} } };
        background(stopAgent(run, body, { ...effect, phase }), (detail) =>
          emit({ type: 'saved', ok: false, detail }),
        );
        return;
      }
      case 'launch': {
        const work = async () => {
          await refuseSecondWriter(run);
          await renewProgram(run);
          if (isOver) return;
          await startNext(run, { ...effect, ranTurn: outlets.ranTurn() }, outlets.onEnd);
          run.ledger.clear(); // told in the prompt
        };
        background(work(), (detail) => emit({ type: 'launch.failed', detail }));
        return;
      }
      case 'notice':
        say(run, effect.notice);
        return;
      case 'title':
      case 'incident':
        return; // in the status file and on record
    }
  };
}

function say(run: PrintRun, notice: Notice): void {
  const text = words(run, notice);
  if (text !== null) sayWarnings([text]);
}

function words(run: PrintRun, notice: Notice): string | null {
  switch (notice.kind) {
    case 'resuming':
      return `resuming the session (attempt ${notice.attempt}/${notice.of})`;
    case 'stopped':
      return [causeWords(notice.cause).headline, mendedText(run.mended)]
        .filter((text) => text !== null)
        .join(' ');
    case 'offline':
      return notice.attempt === 1 ? 'waiting for the network' : null;
    case 'gave-up': {
      const { adapter } = run.launch;
      const told = `${causeWords(notice.cause).headline} ${notice.detail} (${adapter.name} ${run.version?.text ?? 'of unknown version'})`;
      const command = resumeCommand(run);
      return command === null ? told : `${told}. To go on: ${command}`;
    }
    case 'confirm':
      return null; // nobody is there to confirm
  }
}
