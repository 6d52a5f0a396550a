/** Why a connection could not be made or was lost, according to the operating system's error. */
import { closeSync, openSync } from 'node:fs';
import type { ConnectionCause } from '../events.ts';

/**
 * What the tunnel does about a failed attempt. `hold`: the line is down, so it retries for as long as the agent waits.
 * `bounded`: somebody answered "no", so it retries a few times. `pass`: the agent gets the answer at once.
 */
export type Patience = 'hold' | 'bounded' | 'pass';

const patience: Readonly<Record<ConnectionCause, Patience>> = {
  'no-route': 'hold',
  dns: 'hold',
  'connect-timeout': 'hold',
  dead: 'hold',
  refused: 'bounded',
  reset: 'bounded',
  closed: 'bounded',
  cut: 'bounded',
  'proxy-denied': 'pass',
  'proxy-untrusted': 'pass',
  'no-descriptor': 'pass',
};

export const patienceFor = (cause: ConnectionCause): Patience => patience[cause];

const words: Readonly<Record<ConnectionCause, string>> = {
  'no-route': 'there is no route to it',
  dns: 'its name could not be resolved',
  'connect-timeout': 'it did not answer in time',
  dead: 'the path to it is dead',
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  closed: 'the connection was closed',
  cut: 'the connection was cut',
  'proxy-denied': 'the proxy denied it',
  'proxy-untrusted': 'no TLS connection to the proxy',
  'no-descriptor': 'the guard has no file descriptor left',
};

/** What the agent is told. @param detail error code or status */
export const noConnection = (authority: string, cause: ConnectionCause, detail: string): string =>
  `guarded-claude: no connection to ${authority}: ${words[cause]} (${detail}).`;

const offline = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'ENONET'];
const nameless = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA'];

const exhausted = ['EMFILE', 'ENFILE'];

/** The name lookup says of a missing file descriptor only that it has found no such name. */
function hasDescriptor(): boolean {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return true;
  } catch (error) {
    return !exhausted.includes((error as ConnectError).code ?? '');
  }
}

interface ConnectError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly errors?: readonly ConnectError[];
}

/** Error codes; several if node tried several addresses of a host. */
export function codesOf(error: ConnectError): readonly string[] {
  return error.errors ? error.errors.flatMap(codesOf) : [error.code ?? 'unknown'];
}

/** The addresses that were tried, if the error names them. */
export function addressesOf(error: ConnectError): readonly string[] {
  return error.errors ? error.errors.flatMap(addressesOf) : error.address ? [error.address] : [];
}

/**
 * An error of TLS, which only the way to a proxy uses here. Its codes are made of several words
 * (`ERR_SSL_WRONG_VERSION_NUMBER`, `SELF_SIGNED_CERT_IN_CHAIN`); of the system's, only those of the name lookup are.
 */
const isOfTls = (code: string): boolean =>
  code === 'EPROTO' || (code.includes('_') && !code.startsWith('EAI_'));

/**
 * Cause of a failed connect. If one address refused, the line works, whatever the others say. Unknown errors (EPERM of
 * a local firewall) count as refused, because a person has to see them.
 */
export function causeOfConnectError(error: ConnectError): ConnectionCause {
  const codes = codesOf(error);
  if (codes.some((code) => exhausted.includes(code))) return 'no-descriptor';
  if (codes.includes('ECONNREFUSED')) return 'refused';
  if (codes.includes('ECONNRESET') || codes.includes('EPIPE')) return 'reset';
  if (codes.some((code) => nameless.includes(code))) return hasDescriptor() ? 'dns' : 'no-descriptor';
  if (codes.includes('ETIMEDOUT')) return 'connect-timeout';
  if (codes.some(isOfTls)) return 'proxy-untrusted';
  return codes.some((code) => offline.includes(code)) ? 'no-route' : 'refused';
}

/** Why an established connection was lost. ETIMEDOUT is what TCP keepalive reports (Linux). */
export function causeOfLoss(error: ConnectError): ConnectionCause {
  const codes = codesOf(error);
  return codes.some((code) => code === 'ETIMEDOUT' || offline.includes(code)) ? 'dead' : 'reset';
}
