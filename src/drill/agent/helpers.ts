/**
 * The real agent's side traffic if it uses the vendor's own URL: at the first prompt, a child process clones a plugin
 * marketplace (in the agent's own session, unlike a tool), and from then on, telemetry goes to the API's host.
 */
import { spawn } from 'node:child_process';
import { openRequest } from './connection.ts';
import { isFirstParty } from './patience.ts';

/** Asks the proxy for a host and waits for the answer, as `git` does. */
const cloneProgram = `const { HTTPS_PROXY } = process.env;
const { hostname, port } = new URL(HTTPS_PROXY);
require('node:http').request({ host: hostname, port, method: 'CONNECT', path: 'github.com:443' })
  .on('connect', () => process.exit(0)).on('response', () => process.exit(1)).on('error', () => process.exit(1)).end();`;

/** Called at the first prompt. */
export function cloneMarketplace(env: NodeJS.ProcessEnv): void {
  if (!isFirstParty(env) || !env.HTTPS_PROXY) return;
  const child = spawn(process.execPath, ['-e', cloneProgram], { env, stdio: 'ignore' });
  child.unref();
  child.on('error', () => {}); // a helper's failure is not the session's
  process.on('exit', () => child.kill());
}

/**
 * The real agent sends telemetry in the seconds after an event (2.1.329: 3,662 bytes each, some on a new connection).
 */
const telemetryMs = 1_500;
const events = JSON.stringify({ events: [{ event: 'e'.repeat(8_000) }] });

/** Called at the first prompt. Sends telemetry as long as the agent lives, each time on a connection of its own. */
export function sendTelemetry(env: NodeJS.ProcessEnv): void {
  if (isFirstParty(env)) setInterval(() => void reportTelemetry(env), telemetryMs).unref();
}

/** Nobody waits for the answer. */
async function reportTelemetry(env: NodeJS.ProcessEnv): Promise<void> {
  const url = new URL('https://api.anthropic.com/api/event_logging/v2/batch');
  try {
    const headers = { 'content-type': 'application/json' };
    const request = await openRequest(url, headers, env, new AbortController().signal);
    request.on('response', (response) => response.resume()).on('error', () => {});
    request.end(events);
  } catch {
    // an agent does not care whether its telemetry arrives
  }
}
