/** How the agent is called, as far as the guard understands it. */

export type Variables = Readonly<Record<string, string | undefined>>;

/** What kind of run the arguments ask for. `serving`: the agent serves sessions of its own, and has no turns. */
export type InvocationMode = 'interactive' | 'print' | 'serving' | 'plain';

/** The person's arguments, understood but never rewritten. */
export interface Invocation {
  readonly mode: InvocationMode;
  /** Session named by the person: `--session-id X`, `--resume X`. */
  readonly sessionId: string | null;
  /** The launch continues an existing session (`--resume`, `--continue`). */
  readonly resumes: boolean;
  readonly continues: boolean;
  readonly forks: boolean;
  /** The person's own `--settings` value: a JSON text or a file path. */
  readonly settings: string | null;
  /** The conversation is kept on disk and can be continued later. */
  readonly isRecorded: boolean;
  /** First prompt given on the command line. */
  readonly prompt: string | null;
}

export interface FileArgument {
  /** Index of the argument. */
  readonly index: number;
  /** What precedes the path in the argument: `--flag=`, or nothing. */
  readonly prefix: string;
  readonly path: string;
  /** The file's content is read at the start. Else it is a folder, or a file that is written. */
  readonly isRead: boolean;
}

/** Why an agent refused to continue a conversation. */
export interface RefusedResume {
  /** For the person: the reason, and how to go on. In the adapter's words, without text from the screen. */
  readonly detail: string;
  /** Another agent has the conversation, so only a fork can continue it. */
  readonly isHeld: boolean;
}
