/**
 * One answer goes wrong, in every way that the simulated API knows (`drill/api/faults.ts`), and the next one is well.
 */
import { type FaultName, faultNames, faults } from '../../../../src/drill/api/faults.ts';
import type { Exception, Expectation, Scene, Situation } from '../situation.ts';
import { limits } from '../timing.ts';

export const prompt = 'please go on';

const turn = { ends: 'turn' } as const;
/** The connection is cut in place, and the agent's own retry finishes the turn. */
const cut = (...finds: string[]): Expectation => ({ ...turn, most: 'cut', finds });
/** The agent helps itself, or is told what a person must do: nothing to be done. */
const byItself: Expectation = { ...turn, most: 'hold', finds: [] };
const forAPerson: Expectation = { ends: 'rest', most: 'none', finds: [] };
const itsOwnWords: Expectation = { ends: 'prompt', most: 'none', finds: [] };
/** Bytes keep coming, so only the second clock can end it; who sees no bytes sees a counter that stands still. */
const endless: Expectation = { ...turn, most: 'cut', finds: ['endless-response'] };

const expectations: Readonly<Record<FaultName, Expectation>> = {
  'no-headers': cut('no-first-byte'),
  'headers-only': cut('dead-stream'),
  'start-only': cut('dead-stream'),
  'dead-mid-text': cut('dead-stream'),
  'dead-mid-thinking': cut('dead-stream'),
  // A cut inside a tool call ends the turn, so that it must be taken up again.
  'dead-mid-tool-input': { ...turn, most: 'nudge', finds: ['dead-stream'] },
  'dead-after-tool': cut('dead-stream'), // the call is complete: it is run, and the turn goes on
  'pings-after-start': endless,
  'pings-mid-text': endless,
  'comments-only': endless,
  'no-message-stop': cut('dead-stream'),
  'slow-drip': itsOwnWords,
  'reset-at-once': byItself,
  'reset-mid-text': byItself,
  'close-after-start': byItself,
  'close-mid-text': byItself,
  'close-mid-tool-input': { ...turn, most: 'nudge', finds: ['failed-turn', 'silent-end'] },
  'close-after-tool': byItself,
  'error-500': byItself,
  'error-529': byItself,
  'error-401': byItself,
  'error-404': byItself,
  'error-429': byItself,
  'usage-limit': forAPerson,
  'error-400-pairing': { ...turn, most: 'relaunch', finds: [], newProcess: true },
  'error-400-too-long': itsOwnWords,
  'sse-error-first': byItself,
  'sse-error-mid-text': byItself,
  'empty-200': byItself,
  'html-200': byItself,
  refused: { ...turn, most: 'hold', finds: ['refused'], findsBlind: [] },
  offline: { ...turn, most: 'hold', finds: ['offline'], findsBlind: [] },
};

const exceptions: Partial<Record<FaultName, readonly Exception[]>> = {
  'close-mid-tool-input': [
    {
      versions: { before: '2.1.126' },
      expect: { finds: [], findsBlind: [] },
      why: 'they ask again without streaming, and the turn goes on by itself',
    },
  ],
};

/** The API is away for so long; an attempt of the tunnel's may last as long as a silence. */
const awayMs = { refused: 4_000, offline: 14_000 } as const;

async function goAway({ stage }: Scene, how: keyof typeof awayMs): Promise<number> {
  await (how === 'refused' ? stage.api.refuse() : stage.api.silence());
  const beganAt = Date.now();
  await stage.submit(prompt);
  await stage.pause(awayMs[how]);
  await stage.api.reopen();
  return beganAt;
}

async function answerWith({ stage }: Scene, fault: FaultName): Promise<number> {
  stage.api.enqueue(faults[fault].scenario);
  await stage.submit(prompt);
  const request = await stage.api.waitForRequest(({ faultAt }) => faultAt !== null);
  return request.faultAt ?? request.at;
}

function situationOf(name: FaultName): Situation {
  const fault = faults[name];
  const healthy = name === 'slow-drip';
  return {
    group: healthy ? 'healthy' : fault.kind === 'silent' ? 'silent' : 'loud',
    what: fault.what,
    expect: expectations[name],
    exceptions: exceptions[name] ?? [],
    ...(expectations[name] === endless ? { patienceMs: limits.responseMs + 60_000 } : {}),
    async play(scene) {
      if (name === 'refused' || name === 'offline') return goAway(scene, name);
      if (!healthy) return answerWith(scene, name);
      const beganAt = Date.now();
      scene.stage.api.enqueue(fault.scenario);
      await scene.stage.submit(prompt);
      await scene.stage.api.waitForRequest(({ kind, ended }) => kind === 'main' && ended === 'complete');
      return beganAt;
    },
  };
}

export const faultSituations: Readonly<Record<string, Situation>> = Object.fromEntries(
  faultNames.map((name) => [name, situationOf(name)]),
);
