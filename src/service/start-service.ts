/** Starts the service so that it does not depend on the session that needs it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { programFile } from '../platform/own-files.ts';

/** The service is for all of the user's sessions, so it must take nothing from one of them, least of all its keys. */
const needed = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
] as const;

export function serviceEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    needed.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function startService(env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const service = spawn(process.execPath, [programFile('tunnel-service')], {
    cwd: '/',
    env: serviceEnvironment(env),
    stdio: 'ignore',
    detached: true,
  });
  service.unref();
  return service;
}
