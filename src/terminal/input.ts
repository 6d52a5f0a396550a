/**
 * What the person's keys mean, as far as the guard must know: did somebody type, submit, interrupt, leave, suspend, or
 * did only the terminal report something (mouse, focus, an answer to a query)?
 */
import type { InputKind } from '../events.ts';
import { type Key, keyOf } from './vt/keys.ts';
import type { Token } from './vt/tokens.ts';

export interface InputRun {
  readonly kind: InputKind;
  readonly bytes: number;
}

const kinds: { readonly [Is in Key]?: InputKind } = {
  report: 'report',
  enter: 'enter',
  escape: 'interrupt',
  interrupt: 'interrupt',
  exit: 'exit',
  suspend: 'suspend',
};

/** Runs of one kind, in order. */
export function inputRuns(tokens: readonly Token[]): readonly InputRun[] {
  const runs: { kind: InputKind; bytes: number }[] = [];
  for (const token of tokens) {
    const kind = kinds[keyOf(token)] ?? 'text';
    const last = runs.at(-1);
    if (last?.kind === kind) last.bytes += token.length;
    else runs.push({ kind, bytes: token.length });
  }
  return runs;
}
