/**
 * Carries out effects: one exhaustive switch, one call each. Slow ones run on their own and answer with an
 * observation; none may throw into the loop.
 */
import type { Effect } from '../effects.ts';
import { noticeText, shellCommand } from '../report/notice.ts';
import { terminalStyle } from '../report/terminal-style.ts';
import { choose } from './choose.ts';
import { giveBack } from './give-back.ts';
import { startAgent } from './launch.ts';
import { nudge } from './nudge.ts';
import type { Runtime } from './runtime.ts';
import { refuseSecondWriter } from './second-writer.ts';
import { promptOf, resultTextOf, takeSnapshot } from './snapshot.ts';
import { stop } from './stop.ts';

export type Perform = (effect: Effect) => void;

export interface Outlets {
  readonly probe: () => void;
  readonly remember: (effect: Extract<Effect, { type: 'remember' }>) => void;
  readonly notify: (effect: Extract<Effect, { type: 'notify' }>) => void;
  readonly incident: (effect: Extract<Effect, { type: 'incident' }>) => void;
  readonly exit: (effect: Extract<Effect, { type: 'exit' }>) => void;
}

export function createPerformer(runtime: Runtime, outlets: Outlets): Perform {
  const { emit, terminal } = runtime;
  /** Runs in the background; a failure is an observation like any other. */
  const background = (work: Promise<void>, failed: (detail: string) => void): void => {
    work.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
  };

  return (effect) => {
    switch (effect.type) {
      case 'cut':
        emit({ type: 'cut.done', count: runtime.tunnel?.cut(effect.connections) ?? 0 });
        return;
      case 'continue':
        runtime.pty?.kill('SIGCONT');
        return;
      case 'nudge': {
        const work = async () => {
          runtime.snapshot = await takeSnapshot(runtime, effect);
          await nudge(runtime, {
            generation: effect.generation,
            interrupt: effect.phase !== 'between_turns',
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
      case 'stop': {
        const work = async () => {
          const look = async () => {
            runtime.snapshot = (await takeSnapshot(runtime, effect)) ?? runtime.snapshot;
            return runtime.snapshot;
          };
          await stop(runtime, { ...effect, look, resultText: (call) => resultTextOf(runtime, call) });
        };
        background(work(), (detail) => emit({ type: 'saved', ok: false, detail }));
        return;
      }
      case 'probe':
        outlets.probe();
        return;
      case 'launch': {
        const work = async () => {
          await refuseSecondWriter(runtime);
          const text = runtime.draft.text();
          runtime.draft.forget();
          terminal.takeKept(); // in the draft, as text: keys of the time without an agent are not for its dialogs
          startAgent(runtime, { ...effect, prompt: effect.prompt ? promptOf(runtime, 'relaunch') : null });
          background(giveBack(runtime, text, effect.prompt), (detail) =>
            emit({ type: 'sensor.failed', sensor: 'draft', detail }),
          );
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
            style: terminalStyle(runtime.launch.env, process.stdout),
          }),
        );
        return;
      case 'incident':
        outlets.incident(effect);
        return;
      case 'remember':
        outlets.remember(effect);
        return;
      case 'notify':
        outlets.notify(effect);
        return;
      case 'exit':
        outlets.exit(effect);
        return;
    }
  };
}

/** What the person types to go on by hand; null where nothing can be resumed. */
function resumeCommand({ launch, session }: Runtime): string | null {
  if (session.id === null || session.transcriptPath === null) return null;
  return shellCommand(['guarded-claude', ...launch.adapter.resumeArguments(launch.args, session.id, null)]);
}
