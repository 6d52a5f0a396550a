/** Whether metrics go to a collector. OpenTelemetry is an optional peer dependency: people who want it install it. */
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

/** What to do if metrics are wanted but cannot be sent, in one line; null if all is well. */
export function missingOtlp(env: Environment): string | null {
  if (!wantsOtlp(env)) return null;
  const { peerDependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    peerDependencies: Readonly<Record<string, string>>;
  };
  if (Object.keys(peerDependencies).every(isInstalled)) return null;
  const packages = Object.entries(peerDependencies).map(
    ([name, range]) => `${name}@${range.replace('^', '')}`,
  );
  return `OTLP metrics are requested, but OpenTelemetry is not installed; metrics stay off; install with: ${installCommand(packages)}`;
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
