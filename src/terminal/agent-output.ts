/**
 * Passes the agent's output on to the person in the same turn in which it arrives, and then reads it once for everybody
 * who looks at it. What the guard adds comes between two of the agent's characters or sequences.
 */
import type { Observers } from './observers.ts';
import type { Output } from './output.ts';
import { createSequenceReader } from './vt/sequences.ts';

export interface AgentOutput {
  /** False: much is waiting, so the agent must pause until the output has drained. */
  pass(chunk: Buffer): boolean;
  /** Writes this as soon as no sequence or character is open. */
  inject(text: string): void;
  /** Another agent's output follows, or none, so what is open will not be completed. */
  restart(): void;
}

export function createAgentOutput(output: Output, observers: Pick<Observers, 'written'>): AgentOutput {
  let reader = createSequenceReader();
  let injected = '';

  function injectWhereSafe(): void {
    if (injected === '' || reader.isOpen) return;
    output.write(injected);
    injected = '';
  }

  return {
    pass(chunk) {
      const isTaken = output.write(chunk);
      const sequences = reader.read(chunk);
      injectWhereSafe();
      observers.written(chunk, sequences);
      return isTaken;
    },
    inject(text) {
      injected += text;
      injectWhereSafe();
    },
    restart() {
      reader = createSequenceReader();
      injectWhereSafe();
    },
  };
}
