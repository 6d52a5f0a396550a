/** What a living agent is doing. `working`: it waits for the API. */
export type Doing = 'idle' | 'dialog' | 'limit' | 'retrying' | 'compacting' | 'tool' | 'working';

export type Phase = 'gone' | 'suspended' | 'starting' | Doing;

/** Phases in which a turn runs. */
export function inTurn(phase: Phase): boolean {
  return phase === 'working' || phase === 'tool' || phase === 'compacting' || phase === 'retrying';
}

/** Phases in which the agent waits for the API alone. */
export function listens(phase: Phase): boolean {
  return phase === 'working' || phase === 'compacting';
}
