/** Proxies that are reached over TLS, real ones on loopback. */
import { createServer as createPlainServer } from 'node:net';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { defaults } from '../../../src/config/schema.ts';
import { standInCertificate, standInKey } from '../../../src/drill/api/test-certificate.ts';
import { openTunnel } from '../../../src/guard/start/open-tunnel.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { deafPort, listen } from '../../tunnel/support.ts';

async function opened(proxy: string) {
  const folder = temporaryFolder();
  const env = { CLAUDE_CONFIG_DIR: folder, HTTPS_PROXY: proxy };
  const result = await openTunnel(defaults, claudeCode.readUserSettings([], env, folder, null));
  onTestFinished(() => result.tunnel?.stop());
  return result;
}

test('a proxy that only the agent may trust is left to the agent', async () => {
  const server = createServer({ cert: standInCertificate, key: standInKey });
  server.on('tlsClientError', () => {});
  const { tunnel, warning } = await opened(`https://127.0.0.1:${await listen(server)}`);
  expect(tunnel).toBeNull();
  expect(warning).toContain('working without the tunnel');
});

test('so is a proxy that speaks no TLS', async () => {
  const plain = createPlainServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 What\r\n\r\n'));
  expect((await opened(`https://127.0.0.1:${await listen(plain)}`)).tunnel).toBeNull();
});

test('a proxy that is not there at the start is waited for', async () => {
  const { tunnel, warning } = await opened(`https://127.0.0.1:${await deafPort()}`);
  expect(tunnel).not.toBeNull();
  expect(warning).toBeNull();
});
