/** What one seed is about: how the host speaks, which agent it has, and when that agent dies. */
import type { Millis } from '../../../src/events.ts';
import { type Chance, chance } from '../chance.ts';

/** When an agent may be killed, in the order of a turn. */
export const moments = [
  'boots',
  'takes a prompt',
  'has printed its first words',
  'asks',
  'has recorded the prompt',
  'is answered',
  'asks a person',
  'runs a command',
  'has run a command',
  'has recorded the answer',
  'prints the result',
  'has printed the result',
  'rests',
] as const;
export type Moment = (typeof moments)[number];

/** The next time that this moment comes, after some that are let pass. */
export interface Death {
  readonly moment: Moment;
  readonly spared: number;
  readonly afterMs: Millis;
  readonly end: { readonly code: number | null; readonly signal: NodeJS.Signals | null };
}

export interface Shape {
  readonly version: '2.1.38' | '2.1.126' | '2.1.197' | '2.1.329';
  /** How many of the prompts that wait become one. */
  readonly takes: 'one' | 'all';
  /** Prompts that come while a command runs join its turn. */
  readonly joinsTurn: boolean;
  readonly bootMs: Millis;
  /** Records are kept in memory for so long. Null: until the end of the turn. */
  readonly recordsAfterMs: Millis | null;
  readonly hooks: boolean;
  readonly tunnel: boolean;
  /** How long it takes to exit once all is done. */
  readonly exitMs: Millis;
  /** How large the pieces are in which its output comes. */
  readonly pieceBytes: number;
  readonly crashesAtStart: boolean;
  /** What it exits with. */
  readonly code: number;
}

export interface Plan {
  readonly input: 'argument' | 'text' | 'records';
  readonly output: 'text' | 'document' | 'records';
  readonly shape: Shape;
  readonly deaths: readonly Death[];
  /** Prompts of the host, and how each is sent. */
  readonly prompts: readonly HostPrompt[];
  readonly control: boolean;
  /** The host ends its input after its last prompt; otherwise after its last result. */
  readonly endsEarly: boolean;
  readonly tornEnd: boolean;
  readonly draw: Chance;
}

export interface HostPrompt {
  /** `ahead`: with the one before. `answered`: after its result. `soon`: after a while, whatever has come by then. */
  readonly when: 'ahead' | 'answered' | 'soon';
  readonly pauseMs: Millis;
  /** In the words of the prompt before. */
  readonly again: boolean;
  /** The host asks something, too. */
  readonly asks: 'setting' | 'question' | 'interrupt' | null;
}

export function drawPlan(seed: number): Plan {
  const draw = chance(seed, 'plan');
  const input = draw.weighted([
    [1, 'argument'],
    [1, 'text'],
    [8, 'records'],
  ] as const);
  const output = input === 'records' ? 'records' : draw.pick(['text', 'document', 'records'] as const);
  return {
    input,
    output,
    shape: drawShape(draw),
    deaths: Array.from(
      {
        length: draw.weighted([
          [1, 0],
          [4, 1],
          [3, 2],
          [2, 3],
        ] as const),
      },
      () => drawDeath(draw),
    ),
    prompts: Array.from({ length: input === 'records' ? draw.between(1, 5) : 1 }, () => ({
      when: draw.pick(['ahead', 'answered', 'soon', 'soon'] as const),
      pauseMs: draw.magnitude(1, 20_000),
      again: draw.happens(0.08),
      asks: draw.happens(0.25) ? draw.pick(['setting', 'question', 'interrupt'] as const) : null,
    })),
    control: draw.happens(0.7),
    endsEarly: draw.happens(0.4),
    tornEnd: draw.happens(0.2),
    draw,
  };
}

function drawShape(draw: Chance): Shape {
  const version = draw.pick(['2.1.38', '2.1.126', '2.1.197', '2.1.329'] as const);
  const isNew = version === '2.1.197' || version === '2.1.329';
  return {
    version,
    takes: isNew ? 'all' : 'one',
    joinsTurn: version === '2.1.329' && draw.happens(0.5),
    bootMs: draw.magnitude(50, 3_000),
    recordsAfterMs: draw.weighted([
      [2, 0],
      [3, draw.magnitude(10, 5_000)],
      [1, null],
    ]),
    hooks: draw.happens(0.75),
    tunnel: draw.happens(0.75),
    exitMs: draw.weighted([
      [4, draw.magnitude(1, 400)],
      [1, draw.magnitude(400, 90_000)],
    ]),
    pieceBytes: draw.weighted([
      [2, 65_536],
      [1, draw.magnitude(1, 300)],
    ]),
    crashesAtStart: draw.happens(0.03),
    code: draw.happens(0.03) ? 3 : 0,
  };
}

function drawDeath(draw: Chance): Death {
  return {
    moment: draw.happens(0.15) ? 'asks a person' : draw.pick(moments),
    spared: draw.weighted([
      [3, 0],
      [2, 1],
      [1, draw.between(2, 4)],
    ]),
    afterMs: draw.weighted([
      [1, 0],
      [2, draw.magnitude(1, 3_000)],
    ]),
    end: draw.weighted([
      [4, { code: null, signal: 'SIGKILL' as const }],
      [1, { code: null, signal: 'SIGSEGV' as const }],
      [1, { code: 139, signal: null }],
    ]),
  };
}
