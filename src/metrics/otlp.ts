/**
 * Sends this run's metrics to the person's own collector with the OpenTelemetry SDK, only if the standard OTEL_*
 * variables name one. Loading the SDK takes half a second of computing, during which no key would be passed on, so the
 * SDK has a thread of its own (`otlp-thread.ts`).
 */
import { Worker } from 'node:worker_threads';
import { programFile } from '../platform/own-files.ts';
import type { SessionState } from '../records/status.ts';
import type { Measurement } from './instruments.ts';
import type { OtlpProtocol } from './otlp-wanted.ts';

export interface OtlpOptions {
  /** Identifies this process among all that report metrics. */
  readonly run: string;
  readonly guardVersion: string;
  readonly protocol: OtlpProtocol;
  /** Called once. */
  readonly degraded: (detail: string) => void;
}

/** Messages to the thread. The thread replies only with errors, as text. */
export type OtlpMessage =
  | { readonly type: 'add'; readonly measurements: readonly Measurement[] }
  | { readonly type: 'session'; readonly state: SessionState | null }
  | { readonly type: 'close' };

export interface Otlp {
  add(measurements: readonly Measurement[]): void;
  /** Null: the session is over. */
  session(state: SessionState | null): void;
  /** Sends what is left, or gives up after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export function openOtlp({ run, guardVersion, protocol, degraded }: OtlpOptions): Otlp {
  let failed = false;
  const fail = (detail: string) => {
    if (!failed) degraded(`OTLP metrics: ${detail}`);
    failed = true;
  };
  const worker = new Worker(programFile('otlp-thread'), {
    workerData: { run, guardVersion, protocol },
    stdout: true, // the person's screen must not show anything that it prints
    stderr: true,
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', fail);
  worker.on('error', (error) => fail(error.message));
  worker.unref();
  const tell = (message: OtlpMessage) => worker.postMessage(message);
  return {
    add: (measurements) => tell({ type: 'add', measurements }),
    session: (state) => tell({ type: 'session', state }),
    async close(limitMs) {
      tell({ type: 'close' });
      // The SDK retries an unreachable collector for longer than a person who is leaving wants to wait.
      const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs));
      await Promise.race([ended, late]);
    },
  };
}
