/**
 * The checksum of the POSIX `cksum` command. On every system, a shell hook can compute it in a millisecond, so a file's
 * state right before an edit is known without a copy of its content.
 */

/** CRC with polynomial 0x04C11DB7, most significant bit first (POSIX.1-2017, cksum). */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  const feed = (byte: number) => {
    crc = (crc << 8) ^ (table[(crc >>> 24) ^ byte] ?? 0);
  };
  for (const byte of bytes) feed(byte);
  // The length follows, least significant byte first, without leading zeros.
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) feed(length % 256);
  return ~crc >>> 0;
}
