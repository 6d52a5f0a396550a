/**
 * Carries out effects: one exhaustive switch with one call per effect. Slow work runs on its own and answers with an
 * observation. None may throw into the loop.
 */
import type { Effect } from '../effects.ts';
import { background } from './background.ts';
import type { Body } from './body.ts';
import type { End } from './fail-open.ts';
import { findConversation } from './find-conversation.ts';
import type { Parts } from './parts.ts';
import type { Records } from './records.ts';
import type { Senses } from './senses.ts';
import { refuseSecondWriter } from './start/second-writer.ts';
import { stopAgent } from './stop.ts';

/** Carry out the effects that the parts of a run cannot. */
export interface Outlets {
  readonly body: Body;
  readonly senses: Pick<Senses, 'probe'>;
  readonly records: Pick<Records, 'remember' | 'notify' | 'recordOf'>;
  /** The agent is gone for good. */
  readonly exit: (end: End) => void;
}

export function createPerformer(parts: Parts, outlets: Outlets): (effect: Effect) => void {
  const { run, agent, conversation, wire } = parts;
  const { body, senses, records, exit } = outlets;
  const { emit } = run;
  /** The run has ended, so an agent that is about to be started is not started. */
  let isOver = false;
  /** The agent that is being looked at is not to be stopped after all. */
  let isSpared = false;

  async function launch(effect: Extract<Effect, { type: 'launch' }>): Promise<void> {
    await findConversation(run, agent, conversation); // the agent may have written the file just before it ended
    await refuseSecondWriter(run, conversation);
    await agent.program.renew();
    if (isOver) return;
    await body.relaunch({ ...effect, isOver: () => isOver });
    conversation.ledger.clear(); // the prompt has named its calls
  }

  return (effect) => {
    switch (effect.type) {
      case 'cut':
        emit({ type: 'cut.done', count: wire.cut(effect.connections) });
        return;
      case 'probe':
        senses.probe();
        return;
      case 'remember':
        records.remember(effect);
        return;
      case 'notify':
        records.notify(effect);
        return;
      case 'exit':
        isOver = true;
        exit({ code: effect.code, signal: effect.signal });
        return;
      case 'continue':
        agent.process?.kill('SIGCONT');
        return;
      case 'nudge':
        background(body.nudge(effect), () => emit({ type: 'nudge.done', outcome: 'no-echo' }));
        return;
      case 'choose': {
        const work = async () => emit({ type: 'choose.done', ok: await body.choose(effect) });
        background(work(), () => emit({ type: 'choose.done', ok: false }));
        return;
      }
      case 'stop': {
        const stopped = { ...effect, phase: body.beforeStop(effect.phase) };
        isSpared = false;
        void agent.program.ask(); // its answer is there when the next agent is started, which does not wait for it
        background(
          stopAgent(run, agent, conversation, body, stopped, () => isSpared),
          (detail) => emit({ type: 'saved', ok: false, detail }),
        );
        return;
      }
      case 'spare':
        isSpared = true;
        return;
      case 'launch':
        background(launch(effect), (detail) => emit({ type: 'launch.failed', detail }));
        return;
      case 'title':
        body.setTitle(effect.text);
        return;
      case 'notice':
        body.say(effect.notice);
        return;
      case 'incident':
        body.keep(records.recordOf(effect.incident));
        return;
    }
  };
}
