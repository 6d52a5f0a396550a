/**
 * How an agent is reached: through a terminal or through pipes. This is what the guard can do with it in both cases.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { DisconnectPhase, Effect, Notice } from '../effects.ts';
import type { IncidentRecord } from '../records/incidents.ts';

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

export interface Relaunch extends Omit<Of<'launch'>, 'type'> {
  /** The run has ended, so no further agent is started. */
  readonly isOver: () => boolean;
}

export interface Body {
  /** Resolves when everything that the agent has left for a sensor has been read. */
  catchUp(): Promise<void>;
  /** The part of an unfinished answer that the screen shows. Null: none, or there is no screen. */
  partialText(): string | null;
  /**
   * What may have been sent last, until its turn is known to be over. Empty: nothing, or every turn is seen to begin.
   */
  sentPrompts(): readonly SentPrompt[];
  /** The agent is about to be stopped. @returns the phase that its work counts as interrupted in */
  beforeStop(phase: DisconnectPhase): DisconnectPhase;
  /** Lets go of the agent. Its last output is not shown. */
  detach(): void;
  /** Types a prompt of the guard. Emits `nudge.done`, or rejects. */
  nudge(effect: Of<'nudge'>): Promise<void>;
  /** @returns whether the answer was chosen */
  choose(effect: Of<'choose'>): Promise<boolean>;
  /** Starts the next agent. Rejects with the reason if none can be started. */
  relaunch(plan: Relaunch): Promise<void>;
  setTitle(text: string | null): void;
  say(notice: Notice): void;
  /** An incident has begun or ended. */
  keep(incident: IncidentRecord): void;
}
