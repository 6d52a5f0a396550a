import { expect, test } from 'vitest';
import {
  beforeTunnel,
  carriedVariables,
  proxyVariables,
} from '../../../src/agents/claude-code/environment.ts';
import { tunnelVariables } from '../../../src/agents/common/tunnel-variables.ts';

const url = 'http://guard:0123abcd@127.0.0.1:4567';
const api = { host: 'api.anthropic.com', port: 443, secure: true };

/** What a session is started with if the person has these proxy variables. */
const inSession = (proxy: Readonly<Record<string, string>>) => {
  const tunnel = tunnelVariables(url, { api, proxy });
  return { ...proxy, ...carriedVariables(proxy, tunnel), ...tunnel };
};

const proxiesOf = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(proxyVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

test.each([
  {},
  { HTTPS_PROXY: 'http://mine:1' },
  { https_proxy: 'http://mine:1', HTTP_PROXY: 'http://mine:2' },
  { HTTPS_PROXY: 'http://mine:1', NO_PROXY: 'intern,.anthropic.com', ALL_PROXY: 'http://mine:3' },
])('what was there before the tunnel: %o', (proxy) => {
  expect(proxiesOf(beforeTunnel(inSession(proxy)))).toEqual(proxy);
});

test('a proxy that was set inside the session counts', () => {
  const env = { ...inSession({ HTTPS_PROXY: 'http://mine:1' }), HTTPS_PROXY: 'http://other:1' };
  expect(beforeTunnel(env).HTTPS_PROXY).toBe('http://other:1');
});
