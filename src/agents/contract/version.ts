/** The version of an agent, and what it is able to do. */

export interface AgentVersion {
  readonly text: string;
  /** Comparable form: [2, 1, 329]. */
  readonly parts: readonly number[];
}

export interface Abilities {
  readonly sessionIdFlag: boolean;
  readonly settingsFlag: boolean;
  readonly programStatus: boolean;
  /** A call is on record before it is run, so that a message that was lost can have run none. */
  readonly recordsCallsFirst: boolean;
  /** This version was run in the lab; an unknown newer one works by the structured senses. */
  readonly verified: boolean;
  /** The version whose screen and records are taken for this one's. */
  readonly nearestVerified: string;
}
