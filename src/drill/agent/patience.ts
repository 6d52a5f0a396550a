/** How long the real agent waits by itself, as measured. It depends on whether it uses the vendor's own URL. */
export interface Patience {
  /** Silence on an open stream after which the agent tells the person. */
  readonly noticeMs: number;
  /** Silence after which the agent gives up on a stream, or on an answer without streaming. */
  readonly streamMs: number;
  /** Time after which the agent gives up waiting for an answer to begin. */
  readonly headersMs: number;
}

const firstParty: Patience = { noticeMs: 20_000, streamMs: 180_000, headersMs: 182_000 };
const gateway: Patience = { noticeMs: 45_000, streamMs: 300_000, headersMs: 361_000 };

export const isFirstParty = (env: NodeJS.ProcessEnv): boolean => env.ANTHROPIC_BASE_URL === undefined;

export const patienceOf = (env: NodeJS.ProcessEnv): Patience => (isFirstParty(env) ? firstParty : gateway);
