/**
 * Metrics of this run to the person's own collector, by the OpenTelemetry SDK: only when the standard OTEL_*
 * variables name one. The SDK itself reads the variables for endpoint, headers, compression, certificates, time limits
 * and temporality. It takes a third of a second to load, so it is loaded only then.
 */
import type { SessionState } from '../report/status.ts';
import { instruments, type Measurement } from './instruments.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OtlpOptions {
  readonly env: Environment;
  /** Names this process among all that report. */
  readonly run: string;
  readonly guardVersion: string;
  /** Null: over. */
  readonly state: () => SessionState | null;
  /** Called once. */
  readonly degraded: (detail: string) => void;
}

export interface Otlp {
  add(measurements: readonly Measurement[]): void;
  /** Sends what is left, or gives up after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

/** Whether the person has named a collector for metrics and has not switched the SDK or this signal off. */
export function wantsOtlp(env: Environment): boolean {
  const endpoint = env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporters = (env.OTEL_METRICS_EXPORTER || 'otlp').split(',').map((name) => name.trim());
  const disabled = env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
  return Boolean(endpoint) && !disabled && exporters.includes('otlp');
}

export function openOtlp(options: OtlpOptions): Otlp {
  let failed = false;
  const fail = (detail: string) => {
    if (!failed) options.degraded(`metrics by OTLP: ${detail}`);
    failed = true;
  };
  const started = start(options, fail).catch((error: unknown) => {
    fail(error instanceof Error ? error.message : String(error));
    return null;
  });
  return {
    add(measurements) {
      void started.then((sink) => sink?.add(measurements));
    },
    async close(limitMs) {
      // A collector that is away is tried again for longer than somebody who leaves wants to wait.
      const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
      const ended = started.then((sink) => sink?.provider.shutdown()).catch(() => {}); // told by the exporter
      await Promise.race([ended, late]);
    },
  };
}

async function start({ env, run, guardVersion, state }: OtlpOptions, fail: (detail: string) => void) {
  const [sdk, { resourceFromAttributes, detectResources, envDetector }, exporter] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
    openExporter(env),
  ]);
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      if (result.error !== undefined) fail(result.error.message);
      done(result);
    });
  const exportIntervalMillis = milliseconds(env.OTEL_METRIC_EXPORT_INTERVAL, 60_000);
  const timeoutMillis = milliseconds(env.OTEL_METRIC_EXPORT_TIMEOUT, 30_000);
  const own = resourceFromAttributes({
    'service.name': 'guarded-claude',
    'service.version': guardVersion,
    'service.instance.id': run,
  });
  const provider = new sdk.MeterProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    readers: [
      new sdk.PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(timeoutMillis, exportIntervalMillis), // more is refused
      }),
    ],
  });
  const meter = provider.getMeter('guarded-claude', guardVersion);
  const { sessions, incidents, actions, detection, recovery } = instruments;
  meter.createObservableGauge(sessions.name, { description: sessions.help }).addCallback((observed) => {
    const now = state();
    if (now !== null) observed.observe(1, { state: now });
  });
  const histogram = ({ name, help, bounds }: typeof detection | typeof recovery) =>
    meter.createHistogram(name, {
      description: help,
      unit: 's',
      advice: { explicitBucketBoundaries: [...bounds] },
    });
  const counts = {
    incidents: meter.createCounter(incidents.name, { description: incidents.help }),
    actions: meter.createCounter(actions.name, { description: actions.help }),
  };
  const durations = { detection: histogram(detection), recovery: histogram(recovery) };
  const add = (measurements: readonly Measurement[]): void => {
    for (const { instrument, labels, value } of measurements) {
      if (instrument === 'incidents' || instrument === 'actions') counts[instrument].add(value, labels);
      else durations[instrument].record(value, labels);
    }
  };
  return { provider, add };
}

/** Throws for a protocol that we do not bring along. */
async function openExporter(env: Environment) {
  const protocol =
    env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter();
    default:
      throw new Error(
        `the protocol ${JSON.stringify(protocol)} is not known; http/protobuf and http/json are`,
      );
  }
}

function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}
