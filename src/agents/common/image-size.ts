/** Width and height of an image from its first bytes, for the four formats that the vendor's API accepts. */

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** How many bytes of an image are enough to find its size, except for a JPEG with a long header. */
export const headBytes = 65_536;

const unknown: ImageSize = { width: 0, height: 0 };

/** Null: neither PNG, JPEG, GIF nor WebP. An unknown size is 0 × 0. */
export function imageSize(bytes: Buffer): ImageSize | null {
  const head = bytes.toString('latin1', 0, 16);
  const size = (read: () => ImageSize, needed: number) => (bytes.length < needed ? unknown : read());
  if (head.startsWith('\x89PNG\r\n\x1a\n'))
    return size(() => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }), 24);
  if (/^GIF8[79]a/.test(head))
    return size(() => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }), 10);
  if (/^RIFF.{4}WEBP/s.test(head)) return size(() => webpSize(bytes, head.slice(12)), 30);
  return head.startsWith('\xff\xd8\xff') ? jpegSize(bytes) : null;
}

/** The three kinds of WebP: lossy, lossless, extended. */
function webpSize(bytes: Buffer, kind: string): ImageSize {
  if (kind === 'VP8 ')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind === 'VP8L') {
    const packed = bytes.readUInt32LE(21);
    return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
  }
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
}

/** Walks the segments to the frame header, which holds the size. */
function jpegSize(bytes: Buffer): ImageSize {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return unknown;
}
