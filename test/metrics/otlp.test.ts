import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../src/commands/doctor/finding.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { otlpProblem, protocolOf, wantsOtlp } from '../../src/metrics/otlp-wanted.ts';
import { runPaths } from '../../src/platform/paths.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { finished } from '../support/guarded.ts';
import { type SimulatedGuard, simulatedGuard } from '../support/simulated-guard.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A collector on a loopback port. */
async function startCollector(): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) });
    response.setHeader('content-type', request.headers['content-type'] ?? '');
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

interface Point {
  readonly asInt?: string | number;
  readonly asDouble?: number;
  readonly count?: string | number;
  readonly sum?: number;
  readonly explicitBounds?: readonly number[];
  readonly attributes: readonly { key: string; value: { stringValue: string } }[];
}
interface Export {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: Point['attributes'] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean };
        readonly gauge?: { readonly dataPoints: readonly Point[] };
        readonly histogram?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

async function oneIncident(guard: SimulatedGuard): Promise<void> {
  guard.api.enqueue(faults['headers-only'].scenario);
  await guard.submit('hello');
  await guard.terminal.waitFor(finished, 30_000);
  await guard.until('the incident is over', () => readIncidents(guard.state).at(-1)?.outcome === 'recovered');
}

/** What the journal says of an export that does not work. */
function notesOf({ state, status }: SimulatedGuard): readonly string[] {
  return readJournal(runPaths(state, status()?.run ?? '').journal)
    .flatMap(({ entries }) => entries.map((entry) => JSON.stringify(entry)))
    .filter((line) => line.includes('OTLP metrics'));
}

async function leave(guard: SimulatedGuard): Promise<void> {
  expect(await guard.leave()).toMatchObject({ code: 0 });
}

test('a run with an incident reaches the collector as JSON, what is left at the end', async () => {
  const collector = await startCollector();
  const guard = await simulatedGuard({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=mine',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=lab',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  });
  const run = guard.status()?.run ?? '';
  await guard.until('the first export', () => collector.received.length > 0);
  await oneIncident(guard);
  await leave(guard);

  for (const { path, headers } of collector.received) {
    expect(path).toBe('/v1/metrics');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-tenant': 'mine' });
  }
  const exports = collector.received.map(({ body }) => JSON.parse(body.toString('utf8')) as Export);
  const states = exports.flatMap((one) => pointsOf(one, 'guarded_claude.sessions').map(attributes));
  expect(states).toContainEqual({ state: 'idle' });
  const last = exports.at(-1) as Export;
  expect(attributes(last.resourceMetrics[0]?.resource)).toMatchObject({
    'service.name': 'guarded-claude',
    'service.instance.id': run,
    'deployment.environment': 'lab',
  });
  const [incident] = pointsOf(last, 'guarded_claude.incidents');
  expect(attributes(incident)).toEqual({ class: 'dead-stream', outcome: 'recovered' });
  expect(Number(incident?.asInt ?? incident?.asDouble)).toBe(1);
  expect(pointsOf(last, 'guarded_claude.actions').map(attributes)).toContainEqual({ action: 'cut' });
  const [recovery] = pointsOf(last, 'guarded_claude.recovery');
  expect(Number(recovery?.count)).toBe(1);
  expect(recovery?.sum).toBeGreaterThan(2);
  expect(recovery?.explicitBounds?.slice(0, 2)).toEqual([1, 5]);
  expect(JSON.stringify(exports)).not.toContain(guard.sandbox.root);
});

test('without a named protocol it is protobuf, as the specification says', async () => {
  const collector = await startCollector();
  const guard = await simulatedGuard({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/mine` });
  await oneIncident(guard);
  await leave(guard);
  const last = collector.received.at(-1);
  expect(last).toMatchObject({ path: '/mine', headers: { 'content-type': 'application/x-protobuf' } });
  expect(last?.body.includes('guarded_claude.incidents')).toBe(true);
});

test('a collector that is away is noted once, and holds nobody up', async () => {
  const guard = await simulatedGuard({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', // the discard port: nobody listens
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_METRIC_EXPORT_INTERVAL: '600',
    OTEL_METRIC_EXPORT_TIMEOUT: '500',
  });
  await guard.until('it is noted', () => notesOf(guard).length > 0);
  await oneIncident(guard);
  const leftAt = Date.now();
  await leave(guard);
  expect(Date.now() - leftAt).toBeLessThan(5_000);
  expect(notesOf(guard)).toHaveLength(1);
});

describe('variables set for the agent’s own telemetry, which the guard cannot serve', () => {
  const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  const grpc = { ...named, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };

  test('an unsupported protocol is named, before any package', () => {
    expect(otlpProblem(grpc)).toBe('the protocol "grpc" is not supported; http/protobuf and http/json are');
    const own = { ...grpc, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' };
    expect([protocolOf(own), otlpProblem(own)]).toEqual(['http/json', null]);
  });

  test('a start does not speak of it, the doctor does', async () => {
    const folder = temporaryFolder();
    const modules = join(folder, 'node_modules');
    const own = join(modules, 'guarded-claude');
    mkdirSync(own, { recursive: true });
    const from = fileURLToPath(new URL('../../', import.meta.url));
    for (const name of ['bin', 'dist', 'package.json'])
      cpSync(join(from, name), join(own, name), { recursive: true });
    for (const name of readdirSync(join(from, 'node_modules')))
      if (name !== '@opentelemetry') symlinkSync(join(from, 'node_modules', name), join(modules, name));

    const guard = await simulatedGuard(named, [], join(own, 'bin', 'guarded-claude.js'));
    await guard.submit('hello');
    await guard.terminal.waitFor(finished);
    await leave(guard);
    expect(guard.output()).not.toContain('OpenTelemetry');
    expect(notesOf(guard)).toEqual([]);

    const metrics = (env: Record<string, string>) => {
      const doctor = [join(own, 'bin', 'guardctl.js'), 'doctor', '--json'];
      const { stdout } = spawnSync(process.execPath, doctor, {
        env: { ...guard.env, ...env },
        encoding: 'utf8',
      });
      return (JSON.parse(stdout) as Finding[]).find(({ check }) => check === 'metrics');
    };
    const command = `install with: npm install --prefix ${folder} @opentelemetry/api@1.`;
    expect(metrics(named)).toMatchObject({ state: 'note', detail: expect.stringContaining(command) });
    expect(metrics(grpc)?.detail).toMatch(/"grpc" is not supported/);
    expect(metrics(grpc)?.detail).not.toContain('install');
    expect(metrics({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
  });
});

describe('only if the person has asked for it', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
  test.each([
    [{}, false],
    [{ OTEL_METRICS_EXPORTER: 'otlp' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318' }, false],
    [endpoint, true],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:4318' }, true],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: 'none' }, false],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: 'prometheus' }, false],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: 'console, otlp' }, true],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, false],
  ])('%j: %s', (env, wanted) => {
    expect(wantsOtlp(env)).toBe(wanted);
  });
});

function pointsOf(one: Export, name: string): readonly Point[] {
  return one.resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => metric.name === name)
    .flatMap(({ sum, gauge, histogram }) => (sum ?? gauge ?? histogram)?.dataPoints ?? []);
}

const attributes = (holder: Pick<Point, 'attributes'> | undefined) =>
  Object.fromEntries((holder?.attributes ?? []).map(({ key, value }) => [key, value.stringValue]));
