import { expect, test } from 'vitest';
import { targetOf } from '../../src/tunnel/target.ts';

test.each([
  ['CONNECT', 'api.anthropic.com:443', 'api.anthropic.com:443'],
  ['CONNECT', '[::1]:443', '[::1]:443'],
  ['GET', 'http://Host/path', 'host:80'],
  ['GET', 'http://me:pw@host:8080?q', 'host:8080'],
  ['CONNECT', 'host', null],
  ['CONNECT', 'host:0', null],
  ['CONNECT', 'host:99999', null],
  ['CONNECT', 'user@host:1', null],
  ['GET', '/', null],
  ['GET', 'https://host/', null],
])('%s %s', (method, url, authority) => {
  expect(targetOf(method, url)?.authority ?? null).toBe(authority);
});
