/** The records of TLS by their outsides: type, version, length. What is inside is noise, as it is to the tunnel. */
import type { Chance } from '../chance.ts';

export type Version = 'TLS 1.2' | 'TLS 1.3';

const types = { change: 20, alert: 21, handshake: 22, data: 23 } as const;
const noise = Buffer.alloc(65_521);
for (let at = 0, value = 7; at < noise.length; at++) {
  value = (value * 75 + 74) % 65_537;
  noise[at] = value;
}

export function randomBytes(length: number, draw: Chance): Buffer {
  const from = draw.between(0, noise.length - 1);
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) at += noise.copy(bytes, at, at === 0 ? from : 0);
  return bytes;
}

export function record(type: keyof typeof types, length: number, draw: Chance): Buffer {
  const head = Buffer.from([
    types[type],
    3,
    type === 'handshake' ? draw.between(1, 3) : 3,
    length >> 8,
    length & 255,
  ]);
  return Buffer.concat([head, randomBytes(length, draw)]);
}

/** The lengths of records into which a library cuts this many bytes. */
export function lengthsOf(bytes: number, draw: Chance): number[] {
  const most = draw.pick([16_384 + 17, 16_384 + 17, 8_192, 1_400]);
  const lengths: number[] = [];
  for (let left = bytes; left > 0; left -= most) lengths.push(Math.min(left, most));
  return lengths;
}

export const data = (lengths: readonly number[], draw: Chance): Buffer =>
  Buffer.concat(lengths.map((length) => record('data', length, draw)));
