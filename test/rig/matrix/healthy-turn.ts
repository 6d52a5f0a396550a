/** Healthy turns around the one that is tested: whatever was done in between, the session must take the next prompt. */
import { type Api, type ApiRequest, lastPrompt } from '../../../src/drill/api/api.ts';
import { type Scenario, say } from '../../../src/drill/api/scenario.ts';
import type { Stage } from '../../../src/drill/stage.ts';

export interface HealthyTurn {
  readonly prompt: string;
  readonly answer: string;
}

export const turnBefore: HealthyTurn = {
  prompt: 'what is the time of day',
  answer: 'It is early in the morning.',
};
export const turnAfter: HealthyTurn = {
  prompt: 'and what comes after that',
  answer: 'After that comes noon.',
};

const asks = (request: ApiRequest, { prompt }: HealthyTurn) =>
  request.kind === 'main' && lastPrompt(request).includes(prompt);

/** What a request of such a turn gets; null: it belongs to none. */
export function healthyAnswer(request: ApiRequest): Scenario | null {
  const turn = [turnBefore, turnAfter].find((candidate) => asks(request, candidate));
  return turn ? say(turn.answer) : null;
}

/** Agents take a while, on a busy machine a long one. */
const answeredMs = 60_000;
const shownMs = 15_000;
const clearBox = '\x15';
const betweenWritesMs = 150;

/** @returns what went wrong; null: nothing */
export async function playHealthyTurn(stage: Stage, turn: HealthyTurn): Promise<string | null> {
  try {
    // What a turn that was taken back, or a draft, has left in the box is no part of this prompt.
    stage.terminal.write(clearBox);
    await stage.pause(betweenWritesMs);
    await stage.submit(turn.prompt);
    await stage.api.waitForRequest(
      (request) => asks(request, turn) && request.ended === 'complete',
      answeredMs,
    );
    await stage.terminal.waitFor(turn.answer, shownMs);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

/** The API of a situation: what was asked before is not there, and healthy turns are answered whatever it says. */
export function apiFromNowOn(api: Api): Api {
  const before = api.requests.length;
  const isNew = ({ number }: ApiRequest) => number > before;
  return {
    ...api,
    get requests() {
      return api.requests.filter(isNew);
    },
    turns: () => api.turns().filter(isNew),
    waitForRequest: (matches, timeoutMs) =>
      api.waitForRequest((request) => isNew(request) && matches(request), timeoutMs),
    respond: (answer) => api.respond((request) => healthyAnswer(request) ?? answer(request)),
  };
}
