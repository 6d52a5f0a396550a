/** Starts the first agent, watches it and those that follow, and passes on the last output. */
import type { FailOpen } from '../guard/fail-open.ts';
import type { Loop } from '../guard/loop.ts';
import type { Senses } from '../guard/senses.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { type Judge, startFirst } from './launch.ts';
import { dieBySignal } from './leaving.ts';
import type { PrintParts } from './pipes.ts';
import { endsWell, reportEnd } from './tell-end.ts';
import type { WatchOptions } from './watch.ts';

/** How long the last output may take once a signal has told us to end. */
const farewellMs = 1_000;

/** Resolves to the exit code. Rejects only before the agent runs. */
export async function attend(
  parts: PrintParts,
  loop: Loop,
  open: FailOpen,
  options: Pick<WatchOptions, 'warnings' | 'openings'>,
): Promise<number> {
  const { pipes, leaving } = parts;
  let begun = (_senses: Senses | null): void => {};
  /** Resolves once the senses run. Null: they could not be loaded. */
  const watched = new Promise<Senses | null>((resolve) => {
    begun = resolve;
  });
  // After this, everything earlier is known, even about an agent that ends at once.
  const catchUp = async () => await (await watched)?.catchUp();
  const judge: Judge = {
    async endsWell(answer) {
      await catchUp();
      return endsWell(parts, answer, loop.state().evidence);
    },
    async ended(end) {
      await watched;
      await reportEnd(parts, loop, catchUp, end);
    },
  };
  await startFirst(parts, judge);
  // From here on an agent is running: a failure must not start another one.
  const watch = async () => {
    const { watchPrint } = await import('./watch.ts');
    return await watchPrint(parts, loop, { ...options, judge, begun });
  };
  const code = await open.codeOf(watch().finally(() => begun(null)));
  if (pipes.answer !== null) pipes.output.write(pipes.answer.gate.release());
  await pipes.errors.drained(farewellMs);
  if (leaving.signal === null) await pipes.output.drained();
  else if (!(await pipes.output.drained(farewellMs))) dieBySignal(leaving.signal);
  const lost = pipes.output.failure();
  if (lost === null) return code;
  sayWarnings([`the output is incomplete: ${lost}`]);
  return code === 0 ? 1 : code; // a script must not take it for the whole
}
