/** How long the real agent waits by itself (lab notes §1a), which depends on whether the vendor's own URL is asked. */
export interface Patience {
  /** Says so after this long without a byte of an open stream. */
  readonly noticeMs: number;
  /** Gives a silent stream up, and an answer without streaming. */
  readonly streamMs: number;
  /** Gives up waiting for an answer to begin. */
  readonly headersMs: number;
}

const firstParty: Patience = { noticeMs: 20_000, streamMs: 180_000, headersMs: 182_000 };
const gateway: Patience = { noticeMs: 45_000, streamMs: 300_000, headersMs: 361_000 };

export const isFirstParty = (env: NodeJS.ProcessEnv): boolean => env.ANTHROPIC_BASE_URL === undefined;

export const patienceOf = (env: NodeJS.ProcessEnv): Patience => (isFirstParty(env) ? firstParty : gateway);
