/**
 * Whether metrics go to a collector, and what is in the way. OpenTelemetry is an optional peer dependency: people who
 * want it install it.
 *
 * The same variables configure Claude Code's own telemetry, so they are no wish for metrics of ours. Whoever asks the
 * doctor is told what is missing; a start says nothing about it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../platform/own-files.ts';
import { shellCommand } from '../platform/shell-words.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the person has named a collector for metrics and has not switched the SDK or this signal off. */
export function wantsOtlp(env: Environment): boolean {
  const endpoint = env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporters = (env.OTEL_METRICS_EXPORTER || 'otlp').split(',').map((name) => name.trim());
  const disabled = env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
  return Boolean(endpoint) && !disabled && exporters.includes('otlp');
}

/** The encodings that we send. gRPC would bring a stack of its own. */
const protocols = ['http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof protocols)[number];

const namedProtocol = (env: Environment): string =>
  env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';

/** Null: another one is named. */
export const protocolOf = (env: Environment): OtlpProtocol | null =>
  protocols.find((name) => name === namedProtocol(env)) ?? null;

/** Why metrics cannot be sent although a collector is named, and what can be done; null if they can. */
export function otlpProblem(env: Environment): string | null {
  if (protocolOf(env) === null)
    return `the protocol ${JSON.stringify(namedProtocol(env))} is not supported; ${protocols.join(' and ')} are`;
  const { peerDependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    peerDependencies: Readonly<Record<string, string>>;
  };
  if (Object.keys(peerDependencies).every(isInstalled)) return null;
  const packages = Object.entries(peerDependencies).map(
    ([name, range]) => `${name}@${range.replace('^', '')}`,
  );
  return `OpenTelemetry is not installed; install with: ${installCommand(packages)}`;
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Installs the packages where we will find them: beside this package or, in a checkout, as dev dependencies. */
function installCommand(packages: readonly string[]): string {
  const root = packageRoot();
  const folder = dirname(root);
  if (basename(folder) !== 'node_modules')
    return shellCommand(['npm', 'install', '--include=dev', '--prefix', root]);
  const above = dirname(folder);
  const place = basename(above) === 'lib' ? ['--global', '--prefix', dirname(above)] : ['--prefix', above];
  return shellCommand(['npm', 'install', ...place, ...packages]);
}
