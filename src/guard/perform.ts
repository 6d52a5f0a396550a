/**
 * Carries out effects: one exhaustive switch, one call each. Slow ones run on their own and answer with an
 * observation; none may throw into the loop.
 */
import type { Effect } from '../effects.ts';
import { holdKeysWhileBooting } from '../person/hands/boot.ts';
import { choose } from '../person/hands/choose.ts';
import { giveBack } from '../person/hands/give-back.ts';
import { trustScreen } from '../person/hands/input-box.ts';
import { nudge } from '../person/hands/nudge.ts';
import { giveBackFirst, takeLostPrompt } from '../person/lost-prompt.ts';
import { begunAnewText, noticeText } from '../words/notice.ts';
import { terminalStyle } from '../words/terminal-style.ts';
import {
  background,
  type Outlets,
  type Perform,
  performCommon,
  resumeCommand,
  stopAgent,
} from './common-effects.ts';
import { leftRunning } from './kin.ts';
import type { Runtime } from './runtime.ts';
import { findSession } from './session.ts';
import { promptOf, takeSnapshot } from './snapshot.ts';
import { whatIsOnRecord } from './start/begin-anew.ts';
import { startAgent } from './start/launch.ts';
import { renewProgram } from './start/program.ts';
import { relaunchPrompt } from './start/relaunch-prompt.ts';
import { refuseSecondWriter } from './start/second-writer.ts';

export interface TerminalOutlets extends Outlets {
  readonly incident: (effect: Extract<Effect, { type: 'incident' }>) => void;
}

const tooLong = 'what was in the input box is too long to be given back';

export function createPerformer(runtime: Runtime, outlets: TerminalOutlets): Perform {
  const { emit, terminal } = runtime;
  /** The person has left while an agent was on its way: it is not started any more. */
  let isOver = false;
  const style = () => terminalStyle(runtime.launch.env, process.stdout);

  return (effect) => {
    switch (effect.type) {
      case 'cut':
      case 'probe':
      case 'remember':
      case 'notify':
        performCommon(runtime, outlets, effect);
        return;
      case 'exit':
        isOver = true;
        performCommon(runtime, outlets, effect);
        return;
      case 'continue':
        runtime.pty?.kill('SIGCONT');
        return;
      case 'nudge': {
        const work = async () => {
          runtime.snapshot = await takeSnapshot(runtime, effect);
          await nudge(runtime, {
            generation: effect.generation,
            interrupt: effect.interrupt,
            prompt: promptOf(runtime, 'nudge'),
          });
        };
        background(work(), () => emit({ type: 'nudge.done', outcome: 'no-echo' }));
        return;
      }
      case 'choose': {
        const work = async () => {
          emit({ type: 'choose.done', ok: await choose(runtime, effect.generation, effect.answer) });
        };
        background(work(), () => emit({ type: 'choose.done', ok: false }));
        return;
      }
      case 'stop':
        trustScreen(runtime);
        background(stopAgent(runtime, runtime, effect), (detail) =>
          emit({ type: 'saved', ok: false, detail }),
        );
        return;
      case 'launch': {
        const work = async () => {
          await findSession(runtime); // written with its last breath
          await refuseSecondWriter(runtime);
          await renewProgram(runtime);
          const lost = await takeLostPrompt(runtime);
          const onRecord = effect.resume ? await whatIsOnRecord(runtime) : 'nothing';
          const resume = onRecord === 'kept';
          const prompt = relaunchPrompt(runtime, effect.prompt, lost, resume);
          const isAnswered = onRecord === 'lost' && prompt === null;
          if (isAnswered) giveBackFirst(runtime);
          // From here on in one go: a key between the two would be neither kept nor the agent's.
          if (runtime.draft.lost) emit({ type: 'sensor.failed', sensor: 'draft', detail: tooLong });
          terminal.takeKept(); // in the draft, as text: keys of the time without an agent are not for its dialogs
          if (isOver) return; // one of them was Ctrl+C
          runtime.draft.rescue();
          if (isAnswered) terminal.say(begunAnewText(runtime.draft.aside() !== '', style()));
          startAgent(runtime, { generation: effect.generation, resume, prompt, lost, isAnswered });
          const person = holdKeysWhileBooting(runtime, prompt !== null).then(() => giveBack(runtime));
          background(person, (detail) => emit({ type: 'sensor.failed', sensor: 'draft', detail }));
          runtime.ledger.clear(); // told in the prompt
        };
        background(work(), (detail) => emit({ type: 'launch.failed', detail }));
        return;
      }
      case 'title':
        terminal.setTitle(effect.text);
        return;
      case 'notice':
        terminal.say(
          noticeText(effect.notice, {
            sessionId: runtime.session.id,
            resumeCommand: resumeCommand(runtime),
            mended: runtime.mended,
            leftRunning: effect.notice.kind === 'stopped' ? leftRunning(runtime.paths.run) : [],
            style: style(),
          }),
        );
        return;
      case 'incident':
        outlets.incident(effect);
        return;
    }
  };
}
