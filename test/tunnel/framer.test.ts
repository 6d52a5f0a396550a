import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFramer, type Piece } from '../../src/tunnel/framer.ts';
import { parseHead, targetOf } from '../../src/tunnel/head.ts';

/** Pieces with neighbouring bytes joined, so that only the meaning is compared. */
function read(chunks: readonly Buffer[]): readonly string[] {
  const frame = createFramer();
  const told: string[] = [];
  let last: Piece['kind'] | null = null;
  for (const piece of chunks.flatMap((chunk) => frame(chunk))) {
    const text =
      piece.kind === 'head'
        ? `${piece.head.method} ${piece.head.target}`
        : piece.kind !== 'invalid'
          ? piece.bytes.toString('latin1')
          : '!';
    if ('bytes' in piece && last === piece.kind) told.push(`${told.pop() ?? ''}${text}`);
    else told.push(text);
    last = piece.kind;
  }
  return told;
}

const at = (text: string) => read([Buffer.from(text, 'latin1')]);
const head = (line: string, ...headers: string[]) => `${[line, ...headers].join('\r\n')}\r\n\r\n`;
const post = (...headers: string[]) => head('POST http://h/ HTTP/1.1', ...headers);
const get = head('GET http://h/ HTTP/1.1');

test.each([
  ['no body', get + get, ['GET http://h/', 'GET http://h/']],
  [
    'a body of known length',
    `${post('Content-Length: 3')}abc${get}`,
    ['POST http://h/', 'abc', 'GET http://h/'],
  ],
  [
    'chunks, an extension and a trailer',
    `${post('transfer-encoding: Chunked')}3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n${get}`,
    ['POST http://h/', '3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n', 'GET http://h/'],
  ],
  ['a CONNECT', `${head('CONNECT h:443 HTTP/1.1')}${get}`, ['CONNECT h:443', get]],
  ['an upgrade', `${head('GET http://h/ HTTP/1.1', 'Upgrade: websocket')}${get}`, ['GET http://h/', get]],
  [
    'an upgrade with a body',
    `${post('Upgrade: h2c', 'Content-Length: 3')}abc${get}`,
    ['POST http://h/', 'abc', get],
  ],
  ['a length beside chunks', `${post('Transfer-Encoding: chunked', 'Content-Length: 3')}0\r\n\r\n`, ['!']],
  ['an encoding that is not chunks', post('Transfer-Encoding: gzip, chunked'), ['!']],
  ['a header name with a blank', post('Transfer-Encoding : chunked'), ['!']],
  ['empty lines before a head', `\r\n\r\n${get}`, ['GET http://h/']],
  ['an unfinished head', get.slice(0, -1), []],
  ['no HTTP', 'hello\r\n\r\n', ['!']],
  ['a bad length', post('Content-Length: -1'), ['!']],
  ['two lengths', post('Content-Length: 1', 'Content-Length: 2'), ['!']],
  ['a bad chunk', `${post('Transfer-Encoding: chunked')}zz\r\n`, ['POST http://h/', '!']],
  ['an endless head', `GET http://h/${'x'.repeat(300_000)}`, ['!']],
])('%s', (_, text, expected) => {
  expect(at(text)).toEqual(expected);
});

test('how the bytes are cut into packets does not matter', () => {
  const requests = fc.array(
    fc.oneof(
      fc.constant(get),
      fc.nat(50).map((size) => `${post(`Content-Length: ${size}`)}${'b'.repeat(size)}`),
      fc.array(fc.integer({ min: 1, max: 40 })).map((sizes) => {
        const chunks = sizes.map((size) => `${size.toString(16)}\r\n${'c'.repeat(size)}\r\n`);
        return `${post('Transfer-Encoding: chunked')}${chunks.join('')}0\r\n\r\n`;
      }),
    ),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(requests, fc.array(fc.nat(400)), (texts, cuts) => {
      const whole = Buffer.from(texts.join(''), 'latin1');
      const edges = [
        0,
        ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
        whole.length,
      ];
      const chunks = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
      expect(read(chunks)).toEqual(read([whole]));
      expect(read(chunks).filter((told) => told.startsWith('GET') || told.startsWith('POST'))).toHaveLength(
        texts.length,
      );
    }),
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      createFramer()(Buffer.from(bytes));
    }),
  );
});

describe('targets', () => {
  test.each([
    ['CONNECT api.anthropic.com:443 HTTP/1.1', 'api.anthropic.com:443'],
    ['CONNECT [::1]:443 HTTP/1.1', '[::1]:443'],
    ['GET http://Host/path HTTP/1.1', 'host:80'],
    ['GET http://me:pw@host:8080?q HTTP/1.1', 'host:8080'],
    ['CONNECT host HTTP/1.1', null],
    ['CONNECT host:0 HTTP/1.1', null],
    ['CONNECT host:99999 HTTP/1.1', null],
    ['CONNECT user@host:1 HTTP/1.1', null],
    ['GET / HTTP/1.1', null],
    ['GET https://host/ HTTP/1.1', null],
  ])('%s', (line, authority) => {
    const parsed = parseHead(line);
    expect(parsed && (targetOf(parsed)?.authority ?? null)).toBe(authority);
  });
});
