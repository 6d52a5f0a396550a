/**
 * What happens in one episode, drawn from its seed alone. Pure. Each concern has a stream of chance of its own, so that
 * a new choice in one does not redraw the others.
 */
import { compareVersions, type Parts } from '../../../src/agents/common/versions.ts';
import { type FaultName, faultNames } from '../../../src/drill/api/faults.ts';
import type { HelperTraffic } from '../../../src/drill/tls-stand-in.ts';
import type { Surroundings } from '../../../src/drill/world.ts';
import { type Chance, chance } from '../chance.ts';
import { type Senses, sensesNames } from '../matrix/senses.ts';

/** What the model does in a turn in which all goes well. */
const tasks = ['text', 'tool', 'long-tool', 'thinking', 'drip', 'late'] as const;
export type Task = (typeof tasks)[number];

/**
 * `hold`: no new connection comes up, the old ones live · `black-hole`: nothing passes, on old ones either · `refused`:
 * who is asked for a connection refuses · `reset`: every connection is reset, once.
 */
export const weathers = ['hold', 'black-hole', 'refused', 'reset'] as const;
export type WeatherKind = (typeof weathers)[number];

/** `prompt`: from Enter on · `answer`: from the first request of the turn on. */
export interface Moment {
  readonly after: 'prompt' | 'answer';
  readonly ms: number;
}

export type Trouble =
  | { readonly type: 'fault'; readonly name: FaultName }
  | {
      readonly type: 'weather';
      readonly kind: WeatherKind;
      readonly at: Moment;
      readonly forMs: number;
    }
  | { readonly type: 'kill'; readonly at: Moment };

/** A draft is not sent, a queued prompt is; both while the turn runs. */
export interface Meanwhile {
  readonly do: 'draft' | 'queue' | 'escape';
  readonly at: Moment;
  readonly tag: string;
}

export interface Turn {
  /** The word by which its prompt is known, and nothing else. */
  readonly tag: string;
  readonly task: Task;
  readonly trouble: Trouble | null;
  /** `draft`: what was left in the box in the turn before is completed. */
  readonly entry: 'typed' | 'pasted' | 'draft';
  readonly meanwhile: Meanwhile | null;
}

export interface Plan {
  readonly seed: number;
  readonly version: string;
  readonly senses: Senses;
  readonly surroundings: Surroundings;
  readonly helpers: HelperTraffic;
  /** `ask`: a permission dialog comes up for each command, and is answered after `dialogMs`. */
  readonly tools: 'allow' | 'ask';
  readonly dialogMs: number;
  readonly leave: 'ctrl-c' | 'ctrl-d' | '/exit';
  readonly turns: readonly Turn[];
}

/** A person must act on two of them; two are weather here; one is healthy. */
const notDrawn: readonly FaultName[] = [
  'usage-limit',
  'error-400-too-long',
  'refused',
  'offline',
  'slow-drip',
];
const faultsDrawn = faultNames.filter((name) => !notDrawn.includes(name));

/** Consonants only: no word of a language. */
const letters = 'bcdfghjklmnpqrstvwxz';

export interface PlanOptions {
  /** No trouble at all: nobody is to be touched. */
  readonly healthy?: boolean;
  /** Turns in an episode; drawn where it is not given. */
  readonly turns?: number;
}

export function planOf(seed: number, versions: readonly string[], options: PlanOptions = {}): Plan {
  const surroundings: Surroundings = chance(seed, 'surroundings').weighted([
    [3, 'first-party'],
    [2, 'gateway'],
  ]);
  const tools = chance(seed, 'tools').weighted<Plan['tools']>([
    [3, 'allow'],
    [1, 'ask'],
  ]);
  const version = chance(seed, 'version').pick(versions);
  const helpers = chance(seed, 'helpers').pick(['refused', 'slow', 'hanging'] as const);
  return {
    seed,
    version,
    senses: chance(seed, 'senses').pick(sensesNames),
    surroundings,
    // These ask nothing before their helpers have answered or 30 s are over, which no limit here has room for.
    helpers: /^[12]\.0\./.test(version) ? 'refused' : helpers,
    tools,
    dialogMs: chance(seed, 'dialog').between(500, 4_000),
    leave: chance(seed, 'leave').pick(['ctrl-c', 'ctrl-d', '/exit'] as const),
    turns: turnsOf(seed, tools, surroundings, options).map((turn) => withoutOwnFault(version, turn)),
  };
}

function turnsOf(
  seed: number,
  tools: Plan['tools'],
  surroundings: Surroundings,
  options: PlanOptions,
): readonly Turn[] {
  const words = chance(seed, 'words');
  const what = chance(seed, 'tasks');
  const troubles = chance(seed, 'troubles');
  const entries = chance(seed, 'entries');
  const person = chance(seed, 'person');
  const tag = () => Array.from({ length: 7 }, () => words.pick([...letters])).join('');
  const turns: Turn[] = [];
  const count = what.between(3, 5);
  for (let left = options.turns ?? count; left > 0; left -= 1) {
    const drawn = what.pick(tasks);
    const bad = troubleOf(troubles, surroundings);
    const trouble = options.healthy ? null : bad;
    const meanwhile = meanwhileOf(person, tag(), { drawn, trouble, tools });
    const before = turns.at(-1)?.meanwhile?.do;
    const entry = entries.weighted<Turn['entry']>([
      [3, 'typed'],
      [1, 'pasted'],
    ]);
    turns.push({
      tag: tag(),
      task: meanwhile?.do === 'escape' ? 'drip' : drawn,
      trouble,
      entry: before === 'draft' ? 'draft' : entry,
      meanwhile,
    });
  }
  return turns;
}

interface OwnFault {
  readonly first: Parts;
  readonly last: Parts;
  hits(turn: Turn): boolean;
}

const breaksAfterTool: readonly FaultName[] = ['dead-after-tool', 'close-after-tool'];

/** In these turns, these versions lose or double a queued message by themselves, also without a guard. */
const ownQueueFaults: readonly OwnFault[] = [
  // Never sent.
  {
    first: [2, 1, 105],
    last: [2, 1, 251],
    hits: ({ trouble }) => trouble?.type === 'fault' && breaksAfterTool.includes(trouble.name),
  },
  // Put into the tool's result, and sent again as a prompt.
  {
    first: [2, 0, 35],
    last: [2, 0, 35],
    hits: ({ task, trouble }) =>
      task === 'tool' ||
      task === 'long-tool' ||
      (trouble?.type === 'fault' && breaksAfterTool.includes(trouble.name)),
  },
];

function withoutOwnFault(version: string, turn: Turn): Turn {
  const parts = version.split('.').map(Number);
  const applies = ({ first, last, hits }: OwnFault) =>
    compareVersions(parts, first) >= 0 && compareVersions(parts, last) <= 0 && hits(turn);
  return turn.meanwhile?.do === 'queue' && ownQueueFaults.some(applies) ? { ...turn, meanwhile: null } : turn;
}

function moment(draw: Chance, mostMs: number): Moment {
  return { after: draw.pick(['prompt', 'answer'] as const), ms: draw.between(20, mostMs) };
}

function troubleOf(draw: Chance, surroundings: Surroundings): Trouble | null {
  const type = draw.weighted([
    [9, null],
    [6, 'fault'],
    [4, 'weather'],
    [3, 'kill'],
  ] as const);
  // Each draws as often as any other, so that one kind of trouble does not shift the next turn's.
  const name = draw.pick(faultsDrawn);
  const kind = draw.pick(
    surroundings === 'gateway' ? (['refused', 'reset', 'black-hole'] as const) : weathers,
  );
  const at = moment(draw, 3_000);
  const forMs = draw.between(500, 8_000);
  if (type === 'fault') return { type, name };
  if (type === 'weather') return { type, kind, at, forMs };
  return type === 'kill' ? { type, at } : null;
}

function meanwhileOf(
  draw: Chance,
  tag: string,
  { drawn, trouble, tools }: { drawn: Task; trouble: Trouble | null; tools: Plan['tools'] },
): Meanwhile | null {
  const what = draw.weighted([
    [6, null],
    [3, 'draft'],
    [2, 'queue'],
    [1, 'escape'],
  ] as const);
  const at = moment(draw, 4_000);
  // What is typed while a permission dialog is open goes to the dialog, as it does without a guard.
  const asks = tools === 'ask' && (drawn.endsWith('tool') || trouble !== null);
  if (what === null || asks) return null;
  if (what !== 'escape') return { do: what, at, tag };
  return trouble === null ? { do: what, at: { after: 'answer', ms: 1_500 + (at.ms % 2_000) }, tag } : null;
}
