/** The phases of an agent, and what they have in common. */
/** What the agent is doing, for those who judge. `working`: it waits for the API. */
export type Doing = 'idle' | 'dialog' | 'limit' | 'retrying' | 'compacting' | 'tool' | 'working';

export type Phase = 'gone' | 'suspended' | 'starting' | Doing;

/** Phases in which a turn runs. */
export function inTurn(phase: Phase): boolean {
  return phase === 'working' || phase === 'tool' || phase === 'compacting' || phase === 'retrying';
}

/** Phases in which the agent waits for the API and for nothing else. */
export function listens(phase: Phase): boolean {
  return phase === 'working' || phase === 'compacting';
}
