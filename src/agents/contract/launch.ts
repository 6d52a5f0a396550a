/** What a launch takes into account, and what the guard adds to it. */

/** What the user's environment and settings files say about matters that the guard touches. */
export interface UserSettings {
  /** Where the agent sends its requests. */
  readonly api: { readonly host: string; readonly port: number; readonly secure: boolean };
  /** That host is known to bridge silence with pings. */
  readonly pings: boolean;
  /** The proxy variables in force without us (`https_proxy`, `HTTPS_PROXY`, … `NO_PROXY`): the tunnel chains to them. */
  readonly proxy: Readonly<Record<string, string | undefined>>;
  /** Names of variables that the settings files set: their values win over those of the environment. */
  readonly settled: readonly string[];
  /** A file for the environment of the agent's commands that the settings name. */
  readonly shellFile?: string;
  /** False where a policy sets the proxy itself, or the requests do not go over TCP. */
  readonly tunnelAllowed: boolean;
  /** False where the user or a policy has switched hooks off, or ours cannot be given to the agent. */
  readonly hooksAllowed: boolean;
  /** The longest that the agent itself waits for a silent API, milliseconds; null: not known. */
  readonly deadlineMs: number | null;
  /** The user's own `--settings`, all of them in one; null where it is not readable: the agent shall complain, not we. */
  readonly given: Readonly<Record<string, unknown>> | null;
}

/** What the guard adds to a launch. */
export interface Injection {
  /** Marks everything that this guard starts. */
  readonly runId: string;
  /** A folder (absolute) for files of the plan that hold no secret and may be read after the run. */
  readonly lastingFolder: string;
  /** A folder (absolute) that goes with the run, for those that may hold one. Asked for where there is such a file. */
  readonly secretFolder: () => string;
  /** Pin this id on a first launch. */
  readonly sessionId: string | null;
  /** Where hooks leave their input, and the word that names their files; null: inject no hooks. */
  readonly spool: { readonly folder: string; readonly word: string } | null;
  /** Proxy URL of the tunnel with its token; null: no tunnel. For the environment alone. */
  readonly proxyUrl: string | null;
  /** The same for a file: where it can be, without the token. */
  readonly storableProxyUrl: string | null;
  /** Print mode: nothing of ours may show in what the agent prints. */
  readonly print?: boolean;
}

export interface LaunchPlan {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be written before the launch, mode 0600: what a command line would show to every user of the machine. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}
