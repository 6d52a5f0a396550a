/** What print mode acts on: the living parts of one run, and what is known of them beyond the pure core. */

import type { PrintFormats, PrintMode } from '../agents/contract/pipes.ts';
import type { FailureKind } from '../events.ts';
import type { Runtime } from '../guard/runtime.ts';
import type { Prepared } from '../guard/start/prepare.ts';
import type { Child } from './child.ts';
import type { Dialogue } from './dialogue.ts';
import type { Gate } from './gate.ts';
import type { Input } from './input.ts';
import type { Sink } from './sink.ts';

export interface PrintRun extends Prepared, Pick<Runtime, 'unattended' | 'emit'> {
  readonly mode: PrintMode;
  readonly formats: PrintFormats;
  /** Null: the agent reads our own terminal. */
  readonly input: Input | null;
  /** With a host that may ask the agent, and be asked; null: input is text. */
  readonly dialogue: Dialogue | null;
  readonly output: Sink;
  readonly errors: Sink;
  child: Child | null;
  /** What the present agent prints; after its end, what of it is still held. */
  gate: Gate;
  /** How a hook has said that the latest turn ended; null: none has. */
  told: { readonly failure: FailureKind | null } | null;
  /** Whether all that is known says that what the present agent has printed is its good answer. */
  readonly endsWell: () => boolean;
  /** Size of the transcript when the present agent was started: what follows is its own work. */
  transcriptBytes: number;
  /** The signal by which somebody has ended us, and through us the agent. */
  leaving: NodeJS.Signals | null;
  /** Called for such a signal while no agent runs, and when nobody can read its answer any more. */
  leave: (signal: NodeJS.Signals) => void;
}
