/** Checks whether the guard's metrics reach the collector that the OTEL_* variables name. */
import type { Variables } from '../../agents/contract/invocation.ts';
import { otlpProblem, wantsOtlp } from '../../metrics/otlp-wanted.ts';
import { type Finding, note, ok } from './finding.ts';

/** Null: no collector is named. */
export function collector(env: Variables): Finding | null {
  if (!wantsOtlp(env)) return null;
  const why = otlpProblem(env);
  if (why === null) return ok('metrics', 'sent by OTLP to the collector that the OTEL_* variables name');
  // The variables may be meant for the agent's own telemetry only, so nothing has to be done.
  return note('metrics', `not sent to the collector that the OTEL_* variables name: ${why}`);
}
