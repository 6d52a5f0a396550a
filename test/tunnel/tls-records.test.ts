import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTlsReader, type TlsRecord } from '../../src/tunnel/tls-records.ts';

const types = { handshake: 22, data: 23, alert: 21, other: 20 } as const;

function bytesOf({ kind, length }: TlsRecord): Uint8Array {
  const record = new Uint8Array(5 + length).fill(0x17);
  record.set([types[kind], 3, 3, length >> 8, length & 255]);
  return record;
}

test('property: every record is reported once, in order, however the bytes are split', () => {
  const record = fc.record({
    kind: fc.constantFrom<TlsRecord['kind'][]>('handshake', 'data', 'alert', 'other'),
    length: fc.integer({ min: 0, max: 2_000 }),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.array(fc.nat(4_000)), (records, cuts) => {
      const whole = Buffer.concat(records.map(bytesOf));
      const edges = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
      const read = createTlsReader();
      expect(edges.slice(1).flatMap((edge, index) => read(whole.subarray(edges[index], edge)) ?? [])).toEqual(
        records,
      );
    }),
  );
});

test.each([
  ['HTTP', 'GET / HTTP/1.1\r\n'],
  ['an unknown type', '\x19\x03\x03\x00\x01x'],
  ['another version', '\x17\x02\x00\x00\x01x'],
  ['an impossible length', '\x17\x03\x03\xff\xff'],
])('%s is no TLS, and nothing after it', (_, text) => {
  const read = createTlsReader();
  expect(read(Buffer.from(text, 'latin1'))).toBeNull();
  expect(read(bytesOf({ kind: 'data', length: 3 }))).toBeNull();
});
