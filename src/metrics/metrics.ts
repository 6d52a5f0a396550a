/**
 * Figures for the person's own monitoring: ended incidents and the state of the sessions.
 *
 * `instruments.ts` says what is measured. It goes to a text file (`textfile.ts`) if one is configured, and to a
 * collector (`otlp.ts`) if the standard OTEL_* variables name one. Otherwise nothing happens here.
 */
import { oneLineOf } from '../platform/exec.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { IncidentRecord } from '../records/incidents.ts';
import type { SessionState } from '../records/status.ts';
import { measure } from './instruments.ts';
import { type Otlp, openOtlp } from './otlp.ts';
import { type Environment, otlpProblem, protocolOf, wantsOtlp } from './otlp-wanted.ts';
import { openTextfile } from './textfile.ts';

export interface MetricsOptions {
  readonly env: Environment;
  readonly state: StatePaths;
  readonly run: string;
  readonly guardVersion: string;
  /** Path of the text file; null: none. */
  readonly file: string | null;
  readonly degraded: (detail: string) => void;
}

export interface Metrics {
  incident(record: IncidentRecord): void;
  session(state: SessionState): void;
  /** To be called once the session's status file says that the session has ended. */
  close(limitMs: number): Promise<void>;
}

type CollectorOptions = Pick<MetricsOptions, 'env' | 'run' | 'guardVersion' | 'degraded'>;

/** Null also if it fails: the system has no thread left, or the guard's files are being replaced. */
function openCollector({ env, degraded, ...about }: CollectorOptions): Otlp | null {
  try {
    const protocol = wantsOtlp(env) && otlpProblem(env) === null ? protocolOf(env) : null;
    return protocol === null ? null : openOtlp({ ...about, protocol, degraded });
  } catch (error) {
    degraded(`OTLP metrics: ${oneLineOf(error)}`);
    return null;
  }
}

export function openMetrics({ env, state, run, guardVersion, file, degraded }: MetricsOptions): Metrics {
  let session: SessionState | null = null;
  const textfile = file === null ? null : openTextfile(file, state, run, degraded);
  const otlp = openCollector({ env, run, guardVersion, degraded });
  return {
    incident(record) {
      const measurements = measure(record);
      textfile?.add(measurements);
      otlp?.add(measurements);
    },
    session(next) {
      if (next === session) return;
      session = next;
      textfile?.changed();
      otlp?.session(next);
    },
    async close(limitMs) {
      otlp?.session(null);
      await Promise.all([textfile?.close(limitMs), otlp?.close(limitMs)]);
    },
  };
}
