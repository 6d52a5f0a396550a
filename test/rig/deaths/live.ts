/** What a guard does from its start to the prompt for the next agent, with the guard's own code. */
import { setTimeout as pause } from 'node:timers/promises';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { repairFile } from '../../../src/agents/common/repair.ts';
import { step } from '../../../src/decide/machine.ts';
import { initialState } from '../../../src/decide/state.ts';
import type { AgentProcess } from '../../../src/guard/agent.ts';
import type { Body } from '../../../src/guard/body.ts';
import { createLoop } from '../../../src/guard/loop.ts';
import { openRecords } from '../../../src/guard/records.ts';
import type { Launch } from '../../../src/guard/run.ts';
import { promptOf } from '../../../src/guard/snapshot.ts';
import { prepare } from '../../../src/guard/start/prepare.ts';
import { stopAgent } from '../../../src/guard/stop.ts';
import type { Emit } from '../../../src/sensors/sensor.ts';
import type { Order, Told } from './life.ts';

/** In which the guard tidies up, some seconds after its start. */
const tidyMs = 150;

const body: Body = {
  catchUp: async () => {},
  partialText: () => 'The last words on the scr',
  sentPrompts: () => [],
  beforeStop: (phase) => phase,
  detach() {},
  nudge: async () => {},
  choose: async () => false,
  relaunch: async () => {},
  setTitle() {},
  say() {},
  keep() {},
};

export async function live({ cwd, command, id, transcript, env, strike }: Order, tell: (told: Told) => void) {
  const args = ['--resume', id];
  const invocation = claudeCode.parseArguments(args);
  const launch: Launch = { adapter: claudeCode, command, named: [], args, invocation, env, cwd };
  let emit: Emit = () => {};
  const prepared = await prepare<AgentProcess>(launch, { unattended: true, emit: (one) => emit(one) }).catch(
    (error: unknown) => String(error),
  );
  if (typeof prepared === 'string') return tell({ refused: prepared }); // the agent runs without a guard
  const { run, agent, conversation, warnings, noted } = prepared;
  tell({ warnings });
  const loop = createLoop(run.config, initialState(performance.now()), (error) => {
    throw error;
  });
  const records = openRecords(run, agent, conversation, loop, null);
  loop.begin({
    step,
    turned(event, before, result) {
      conversation.follow(event);
      if (event.type === 'sensor.failed' || event.type === 'saved' || event.type === 'repaired')
        tell({ event });
      records.reporter.turned(event, before, result);
    },
    perform() {},
    lookAgainAt: () => null,
    isAtRest: () => false,
    rest() {},
  });
  emit = loop.emit;
  records.reportKnown(noted);
  emit({ type: 'session', sessionId: id, transcriptPath: transcript, source: 'hook' });
  await pause(tidyMs);
  const stop = { type: 'stop', generation: 1, graceMs: 0, phase: 'streaming', cause: 'agent-gone' } as const;
  await stopAgent(run, agent, conversation, body, stop, () => false);
  tell({ prompt: promptOf(run, agent, conversation, 'relaunch', null) });
  if (strike.at === 0) {
    const options = {
      now: Date.now(),
      reconnect: false,
      byHand: false,
      version: agent.program.version,
      thorough: false,
    };
    const again = await repairFile(
      transcript,
      claudeCode.repairer as NonNullable<typeof claudeCode.repairer>,
      {
        ...options,
        dryRun: false,
        resultTexts: new Map(),
      },
    );
    tell({ again: again.result });
  }
  await records.close(1_000);
}
