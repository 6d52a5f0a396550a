/** The version of an agent, and what it can do. */

export interface AgentVersion {
  readonly text: string;
  /** Comparable form: [2, 1, 329]. */
  readonly parts: readonly number[];
}

export interface Abilities {
  readonly sessionIdFlag: boolean;
  readonly settingsFlag: boolean;
  readonly programStatus: boolean;
  /** A call is on record before it runs, so a lost message cannot have run one. */
  readonly recordsCallsFirst: boolean;
  /**
   * All that comes in one read is taken in order, keys and pastes alike, except Enter after text. Others take keys that
   * come together for text, or lose a paste when something follows it.
   */
  readonly splitsReads: boolean;
  /** This version was run in the lab. An unknown newer one uses the structured senses. */
  readonly verified: boolean;
  /** The version whose screen and records this one is assumed to have. */
  readonly nearestVerified: string;
}
