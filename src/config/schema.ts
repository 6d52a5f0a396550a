/**
 * The only table of the config keys. Validation, environment variables, `guardctl config` and the help are made from
 * it. The README names some of the keys; a test holds their names and defaults to it.
 */

export interface KeyOf<Kind extends string, Value> {
  readonly kind: Kind;
  readonly default: Value;
  readonly help: string;
}
export type SwitchKey = KeyOf<'switch', boolean>;
export type NumberKey = KeyOf<'number', number> & {
  readonly min: number;
  readonly max: number;
  readonly unit?: 'ms';
};
export type ChoiceKey = KeyOf<'choice', string> & { readonly choices: readonly string[] };
export type CommandKey = KeyOf<'command', string | null>;
export type PathKey = KeyOf<'path', string | null>;
export type Key = SwitchKey | NumberKey | ChoiceKey | CommandKey | PathKey;

const onOff = (value: boolean, help: string) => ({ kind: 'switch', default: value, help }) as const;
const count = (value: number, min: number, max: number, help: string) =>
  ({ kind: 'number', default: value, min, max, help }) as const;
const ms = (value: number, min: number, max: number, help: string) =>
  ({ kind: 'number', unit: 'ms', default: value, min, max, help }) as const;
const choice = <const Choices extends readonly string[]>(
  choices: Choices,
  value: Choices[number],
  help: string,
) => ({ kind: 'choice', choices, default: value as Choices[number], help }) as const;

const hour = 3_600_000;

export const schema = {
  network_resilience: {
    enabled: onOff(true, 'watch the connection and act on it'),
    stream_timeout_ms: ms(30_000, 100, hour, 'silence in mid-response that makes a connection suspect'),
    first_byte_timeout_ms: ms(120_000, 100, hour, 'silence after a request was sent'),
    response_timeout_ms: ms(
      1_200_000,
      1_000,
      24 * hour,
      'how long an answer may stop growing while bytes still arrive',
    ),
    auto_resume: onOff(true, 'off: never relaunch; go no further than a nudge, then ask'),
    auto_retry_readonly_tools: onOff(true, 'a resumed agent may run interrupted read-only tools again'),
    auto_retry_mutations: onOff(false, 'a resumed agent may run interrupted commands again without asking'),
    max_retries: count(5, 0, 100, 'attempts before a refused or reset connection is reported to the agent'),
    backoff_initial_ms: ms(1_000, 10, hour, 'first pause between attempts; it doubles'),
    backoff_max_ms: ms(30_000, 10, hour, 'longest pause between attempts'),
    stable_probes: count(2, 0, 20, 'good probes in a row that make the network stable'),
  },
  recovery: {
    in_place: onOff(true, 'off: never cut or nudge, only kill and resume'),
    frozen_ui_timeout_ms: ms(10_000, 500, hour, 'working, yet nothing drawn'),
    tool_grace_ms: ms(60_000, 0, hour, 'how long a tool may outlive its own time limit'),
    compaction_timeout_ms: ms(900_000, 1_000, 24 * hour, 'how long a compaction may take'),
    restart_limit: count(5, 0, 100, 'relaunches within the window before the guard asks'),
    restart_window_ms: ms(600_000, 1_000, 24 * hour, 'the window of restart_limit'),
    min_uptime_ms: ms(10_000, 0, hour, 'an agent that dies sooner is not relaunched'),
    confirm_timeout_ms: ms(
      5_000,
      0,
      hour,
      'how long a resume waits for your answer if a command was cut off; 0: not at all',
    ),
    resume_dialog: choice(['full', 'summary', 'ask'], 'full', 'answer to "resume from summary?"'),
  },
  senses: {
    tunnel: onOff(true, 'loopback CONNECT proxy: sees and cures connections without decrypting them'),
    hooks: onOff(true, 'hooks injected with --settings: session, turns, tools'),
    program_status: onOff(true, 'the state that the agent reports to its terminal (OSC 7501)'),
    transcript: onOff(true, 'the conversation file on disk'),
  },
  notify: {
    bell: onOff(true, 'ring the terminal bell'),
    desktop: onOff(true, 'show a desktop notification'),
    on_incident: {
      kind: 'command',
      default: null,
      help: 'shell command that gets the incident as JSON on standard input',
    },
  },
  records: {
    cast: onOff(
      false,
      'keep the last minute of the terminal in memory and save it with an incident; it holds screen text',
    ),
    metrics_file: {
      kind: 'path',
      default: null,
      help: "OpenMetrics text file to write, such as one for node_exporter's textfile collector",
    },
  },
} as const satisfies Record<string, Record<string, Key>>;

type ValueOf<K> = K extends { kind: 'switch' }
  ? boolean
  : K extends { kind: 'number' }
    ? number
    : K extends { kind: 'choice'; choices: readonly (infer C)[] }
      ? C
      : string | null;

/** The whole configuration, by section and key as in the file. Durations are milliseconds. */
export type Config = {
  readonly [S in keyof typeof schema]: {
    readonly [K in keyof (typeof schema)[S]]: ValueOf<(typeof schema)[S][K]>;
  };
};

/** The defaults, from the table. */
export const defaults = Object.fromEntries(
  Object.entries(schema).map(([section, keys]) => [
    section,
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.default])),
  ]),
) as unknown as Config;
