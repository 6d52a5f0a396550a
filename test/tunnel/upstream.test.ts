import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUpstream } from '../../src/tunnel/upstream.ts';
import { upstreamFrom } from './support.ts';

const secure = (host: string, port = 443) => ({ secure: true, host, port });
const plain = (host: string, port = 80) => ({ secure: false, host, port });
const viaPort = (env: Record<string, string>, target = secure('api.anthropic.com')) =>
  upstreamFrom(env).routeFor(target)?.port ?? null;

describe('which variable', () => {
  test.each([
    [{}, null, null],
    [{ HTTPS_PROXY: 'http://p:1' }, 1, 1],
    [{ HTTP_PROXY: 'http://p:2' }, 2, 2],
    [{ HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:2' }, 1, 2],
    [{ HTTPS_PROXY: 'http://p:1', https_proxy: 'http://p:3' }, 3, 3],
    [{ ALL_PROXY: 'http://p:4' }, 4, 4],
    [{ ALL_PROXY: 'http://p:4', all_proxy: 'http://p:5', HTTPS_PROXY: 'http://p:1' }, 1, 1],
    [{ HTTPS_PROXY: '', HTTP_PROXY: 'http://p:2' }, 2, 2],
    [{ HTTPS_PROXY: 'p:1' }, 1, 1],
  ] as const)('%j', (env, forSecure, forPlain) => {
    expect(viaPort(env, secure('h.test'))).toBe(forSecure);
    expect(viaPort(env, plain('h.test'))).toBe(forPlain);
  });
});

describe('proxy URLs', () => {
  test.each([
    ['http://proxy.corp', { secure: false, host: 'proxy.corp', port: 80, authorization: null }],
    ['https://proxy.corp', { secure: true, host: 'proxy.corp', port: 443, authorization: null }],
    ['http://[::1]:3128/', { secure: false, host: '::1', port: 3128, authorization: null }],
    ['http://me:p%40ss%3A@h:1', { host: 'h', authorization: `Basic ${btoa('me:p@ss:')}` }],
    ['http://me@h:1', { authorization: `Basic ${btoa('me:')}` }],
    ['http://me:50%off@h:1', { authorization: `Basic ${btoa('me:50%off')}` }],
  ])('%s', (url, expected) => {
    expect(upstreamFrom({ HTTPS_PROXY: url }).routeFor(secure('x'))).toMatchObject(expected);
  });

  test.each(['socks5://h:1080', 'socks5h://h:1080', 'socks://h', 'ftp://h', 'http://', '::'])(
    '%s is unsupported',
    (url) => {
      const reading = readUpstream({ HTTP_PROXY: url });
      expect(reading).toMatchObject({ kind: 'unsupported', variable: 'HTTP_PROXY' });
    },
  );

  test('the error does not repeat a password', () => {
    expect(JSON.stringify(readUpstream({ HTTPS_PROXY: 'socks5://me:hunter2@h:1080' }))).not.toContain(
      'hunter2',
    );
  });

  test('a SOCKS proxy in ALL_PROXY is ignored, as the agents do', () => {
    expect(viaPort({ ALL_PROXY: 'socks5://h:1080' })).toBeNull();
    expect(viaPort({ ALL_PROXY: 'socks5://h:1080', HTTPS_PROXY: 'http://p:1' })).toBe(1);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['', 'api.anthropic.com', 443, false],
    ['*', 'api.anthropic.com', 443, true],
    ['api.anthropic.com', 'api.anthropic.com', 443, true],
    ['API.Anthropic.com', 'api.anthropic.com', 443, true],
    ['anthropic.com', 'api.anthropic.com', 443, true],
    ['.anthropic.com', 'api.anthropic.com', 443, true],
    ['.anthropic.com', 'anthropic.com', 443, true],
    ['*.anthropic.com', 'api.anthropic.com', 443, true],
    ['anthropic.com', 'notanthropic.com', 443, false],
    ['api.anthropic.com.', 'api.anthropic.com', 443, true],
    ['anthropic.com:443', 'api.anthropic.com', 443, true],
    ['anthropic.com:8443', 'api.anthropic.com', 443, false],
    ['localhost,127.0.0.1', '127.0.0.1', 8080, true],
    ['localhost 127.0.0.1', 'localhost', 8080, true],
    ['127.0.0.1:8080', '127.0.0.1', 8080, true],
    ['127.0.0.1:8080', '127.0.0.1', 8081, false],
    ['10.0.0.0/8', '10.200.3.4', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/8', '10.example.com', 443, false],
    ['192.168.1.128/25', '192.168.1.127', 443, false],
    ['192.168.1.128/25', '192.168.1.200', 443, true],
    ['0.0.0.0/0', '8.8.8.8', 443, true],
    ['0.0.0.0/0', '::1', 443, false],
    ['fd00::/8', 'fd12::1', 443, true],
    ['fd00::/8', 'fe80::1', 443, false],
    ['2001:db8::/32', '2001:db8:1:2:3:4:5:6', 443, true],
    ['::1', '::1', 443, true],
    ['[::1]', '::1', 443, true],
    ['[::1]:8080', '::1', 8080, true],
    ['[::1]:8080', '::1', 443, false],
    ['10.0.0.0/99', '10.0.0.1', 443, false],
    ['999.0.0.0/8', '10.0.0.1', 443, false],
    [', ,', 'x', 443, false],
    ['.', 'x', 443, false],
  ])('%j for %s:%i → direct: %s', (list, host, port, direct) => {
    const upstream = upstreamFrom({ HTTPS_PROXY: 'http://p:1', NO_PROXY: list });
    expect(upstream.routeFor({ secure: true, host, port }) === null).toBe(direct);
  });

  test('lower case wins', () => {
    const upstream = upstreamFrom({ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a.test', no_proxy: 'b.test' });
    expect(upstream.routeFor(secure('b.test'))).toBeNull();
    expect(upstream.routeFor(secure('a.test'))).not.toBeNull();
  });
});

test('it never throws, whatever the environment', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.string()),
      (url, list, host) => {
        const reading = readUpstream({ HTTPS_PROXY: url, NO_PROXY: list });
        if (reading.kind === 'ok') reading.upstream.routeFor(secure(host));
      },
    ),
  );
});
