/** Which processes may use the tunnel's address. */
import { commandLine, environmentOf, processTable } from '../platform/process-table.ts';

/**
 * Whether a process on this machine has one of these texts in its environment or on its command line. Outside Linux,
 * only command lines can be read.
 */
export function needsAddress(traces: readonly string[]): boolean {
  return processTable().some(
    ({ pid }) =>
      pid !== process.pid &&
      [...environmentOf(pid), ...commandLine(pid)].some((word) =>
        traces.some((trace) => word.includes(trace)),
      ),
  );
}
