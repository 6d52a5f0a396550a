/** How an agent is reached, through a terminal or by pipes: what the rest of the guard can do with it either way. */
import type { DisconnectPhase, Effect, Notice } from '../effects.ts';
import type { IncidentRecord } from '../records/incidents.ts';

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

export interface Relaunch extends Omit<Of<'launch'>, 'type'> {
  /** The person has left: no agent is started any more. */
  readonly isOver: () => boolean;
}

export interface Body {
  /** What the agent has left for a sense to read has been read. */
  catchUp(): Promise<void>;
  /** What its screen shows of the answer that runs; null: nothing, or it has no screen. */
  partialText(): string | null;
  /** It is about to be stopped in this phase. @returns the phase that counts for what it has left */
  beforeStop(phase: DisconnectPhase): DisconnectPhase;
  /** Nobody is to see its last words. */
  detach(): void;
  /** Types a prompt of ours. Emits `nudge.done`; rejects where it did not come so far. */
  nudge(effect: Of<'nudge'>): Promise<void>;
  /** @returns whether the answer was chosen */
  choose(effect: Of<'choose'>): Promise<boolean>;
  /** Starts the next agent. Rejects, saying why, where none can be started. */
  relaunch(plan: Relaunch): Promise<void>;
  setTitle(text: string | null): void;
  say(notice: Notice): void;
  /** An incident has begun, or is over. */
  keep(incident: IncidentRecord): void;
}
