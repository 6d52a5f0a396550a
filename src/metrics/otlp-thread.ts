/**
 * The thread in which the OpenTelemetry SDK runs. The SDK itself reads the variables for endpoint, headers,
 * compression, certificates, time limits and temporality.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { SessionState } from '../records/status.ts';
import { instruments, type Measurement } from './instruments.ts';
import type { OtlpMessage, OtlpOptions } from './otlp.ts';
import type { OtlpProtocol } from './otlp-wanted.ts';

const { run, guardVersion, protocol } = workerData as Omit<OtlpOptions, 'degraded'>;
const { env } = process;

/** The packages are loaded by name, so that only one of them is. */
const exporters = {
  'http/protobuf': async () =>
    new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter(),
  'http/json': async () =>
    new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter(),
} satisfies Record<OtlpProtocol, () => Promise<unknown>>;

function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}

const exporter = await exporters[protocol]();
const send = exporter.export.bind(exporter);
exporter.export = (metrics, done) =>
  send(metrics, (result) => {
    if (result.error !== undefined) parentPort?.postMessage(result.error.message);
    done(result);
  });

const exportIntervalMillis = milliseconds(env.OTEL_METRIC_EXPORT_INTERVAL, 60_000);
const timeoutMillis = milliseconds(env.OTEL_METRIC_EXPORT_TIMEOUT, 30_000);
const own = resourceFromAttributes({
  'service.name': 'guarded-claude',
  'service.version': guardVersion,
  'service.instance.id': run,
});
const provider = new MeterProvider({
  resource: own.merge(detectResources({ detectors: [envDetector] })),
  readers: [
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis,
      exportTimeoutMillis: Math.min(timeoutMillis, exportIntervalMillis), // the SDK refuses more
    }),
  ],
});
const meter = provider.getMeter('guarded-claude', guardVersion);
const { sessions, incidents, actions, regrets, detection, recovery } = instruments;
let session: SessionState | null = null;
meter.createObservableGauge(sessions.name, { description: sessions.help }).addCallback((observed) => {
  if (session !== null) observed.observe(1, { state: session });
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
  regrets: meter.createCounter(regrets.name, { description: regrets.help }),
};
const durations = { detection: histogram(detection), recovery: histogram(recovery) };

function add({ instrument, labels, value }: Measurement): void {
  if (instrument === 'detection' || instrument === 'recovery') durations[instrument].record(value, labels);
  else counts[instrument].add(value, labels);
}

parentPort?.on('message', (message: OtlpMessage) => {
  switch (message.type) {
    case 'add':
      message.measurements.forEach(add);
      return;
    case 'session':
      session = message.state;
      return;
    case 'close':
      // The exporter has already reported what did not arrive.
      void provider
        .shutdown()
        .catch(() => {})
        .finally(() => parentPort?.close());
  }
});
