/**
 * How the simulated agent reaches its API: directly, or through the proxy that the environment names, in absolute form
 * for http and with CONNECT for https, with credentials in Proxy-Authorization.
 */
import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

/** Kept open between requests, as in the real agent, which sends a retry on the old socket after an HTTP error. */
const keepAlive = new Agent({ keepAlive: true });

function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | null {
  const skipped = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((name) => name.trim());
  if (skipped.includes(url.hostname) || skipped.includes('*')) return null;
  const secure = url.protocol === 'https:';
  const value = secure ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy);
  return value ? new URL(value) : null;
}

function authorization(proxy: URL): Record<string, string> {
  if (!proxy.username) return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** @throws (rejects) if the proxy refuses the tunnel or goes away */
function openTunnel(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const host = `${target.hostname}:${target.port || 443}`;
    const request = httpRequest({
      host: proxy.hostname,
      port: proxy.port,
      method: 'CONNECT',
      path: host,
      headers: { host, ...authorization(proxy) },
      agent: false,
      signal,
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(Object.assign(new Error(`proxy answered ${response.statusCode}`), { code: 'ERR_PROXY_TUNNEL' }));
    });
    request.once('error', reject);
    request.end();
  });
}

/** Starts a POST; the caller ends it with the body. */
export async function openRequest(
  url: URL,
  headers: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const proxy = proxyFor(url, env);
  const options: RequestOptions = { method: 'POST', headers: { ...headers, host: url.host }, signal };
  if (url.protocol === 'https:') {
    if (!proxy) return httpsRequest(url, options);
    const socket = await openTunnel(proxy, url, signal);
    const secure = tlsConnect({ socket, servername: url.hostname });
    // Without an `agent`, node uses the connection that it is given.
    return httpsRequest(url, { ...options, createConnection: () => secure });
  }
  if (!proxy) return httpRequest(url, { ...options, agent: keepAlive });
  return httpRequest({
    ...options,
    host: proxy.hostname,
    port: proxy.port,
    path: url.href,
    headers: { ...options.headers, ...authorization(proxy) },
    agent: keepAlive,
  });
}
