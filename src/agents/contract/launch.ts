/** What a launch must take into account, and what the guard adds to it. */

export interface ApiAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** What the person's environment and settings files say about everything that concerns the guard. */
export interface UserSettings {
  /**
   * Where the agent sends its requests; null: that cannot be known beforehand. Then it is the host that answers a
   * conversation (`tunnel/api-hosts.ts`).
   */
  readonly api: ApiAddress | null;
  /** The API's host is known as the vendor's is: it sends pings during silence, and names the reason of each stop. */
  readonly pings: boolean;
  /**
   * The proxy variables in force without the guard (`https_proxy`, `HTTPS_PROXY`, … `NO_PROXY`), to which the tunnel
   * chains, and `NODE_EXTRA_CA_CERTS` (absolute), which says whom the agent trusts besides.
   */
  readonly proxy: Readonly<Record<string, string | undefined>>;
  /** Names of variables that the settings files set; these values override the environment. */
  readonly settled: readonly string[];
  /** A file that the settings name for the environment of the agent's commands. */
  readonly shellFile?: string;
  /** False if a policy sets the proxy itself, or if the requests do not use TCP. */
  readonly tunnelAllowed: boolean;
  /** False if the person or a policy has switched hooks off, or if the agent cannot be given ours. */
  readonly hooksAllowed: boolean;
  /** The longest that the agent itself waits for a silent API, in milliseconds; null: not known. */
  readonly deadlineMs: number | null;
  /**
   * The person's own `--settings`, merged into one. Null if they cannot be read: the agent should complain, not the
   * guard.
   */
  readonly given: Readonly<Record<string, unknown>> | null;
}

/** Permission modes that the agent has reported or shown, as its hooks name them. */
export interface PermissionModes {
  /** The first one of the run. */
  readonly first: string;
  readonly now: string;
}

/** What the guard adds to a launch. */
export interface Injection {
  /** Marks everything that this guard starts. */
  readonly runId: string;
  /** A folder (absolute) for files of the plan that hold no secret and may be read after the run. */
  readonly lastingFolder: string;
  /**
   * A folder (absolute) that is removed with the run, for files that may hold a secret. Called only if there is such a
   * file.
   */
  readonly secretFolder: () => string;
  /** Pin this id on a first launch. */
  readonly sessionId: string | null;
  /** Where hooks store their input, and the word that begins their files' names; null: inject no hooks. */
  readonly spool: { readonly folder: string; readonly word: string } | null;
  /** Proxy URL of the tunnel with its token, for the environment only; null: no tunnel. */
  readonly proxyUrl: string | null;
  /** The same for a file, without the token where possible. */
  readonly storableProxyUrl: string | null;
  /** Print mode: nothing of ours may show in the agent's output. */
  readonly print?: boolean;
}

export interface LaunchPlan {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be written before the launch, with mode 0600: on a command line every user of the machine could read it. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}
