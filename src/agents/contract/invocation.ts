/** How the agent is called, as far as the guard understands it. */

export type Variables = Readonly<Record<string, string | undefined>>;

/** How the guard runs the agent for these arguments. */
export type InvocationMode = 'interactive' | 'print' | 'plain';

/** The user's arguments, understood but never rewritten. */
export interface Invocation {
  readonly mode: InvocationMode;
  /** Session named by the user: `--session-id X`, `--resume X`. */
  readonly sessionId: string | null;
  /** The launch goes on with an existing session (`--resume`, `--continue`). */
  readonly resumes: boolean;
  readonly continues: boolean;
  readonly forks: boolean;
  /** The user's own `--settings` value: a JSON text or a file path. */
  readonly settings: string | null;
  /** The conversation is kept on disk, and can be gone on with later. */
  readonly isRecorded: boolean;
  /** First prompt given on the command line. */
  readonly prompt: string | null;
}

export interface FileArgument {
  /** Which of the arguments. */
  readonly index: number;
  /** What stands before the path in it: `--flag=`, or nothing. */
  readonly prefix: string;
  readonly path: string;
}

/** Why an agent would not go on with a conversation. */
export interface RefusedResume {
  /** For the person: what it is, and how to go on. In the adapter's words, none of the screen's. */
  readonly detail: string;
  /** Another agent has the conversation: to go on means to fork. */
  readonly isHeld: boolean;
}
