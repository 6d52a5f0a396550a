/** The heads of images: enough to tell their kind and size, as whoever checks them looks no further. */

export function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(33);
  head.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}

export function gif(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.write('GIF89a');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return head;
}

/** With a segment before the frame, as cameras write it. */
export function jpeg(width: number, height: number): Buffer {
  const head = Buffer.from('ffd8ffe000100000000000000000000000000000ffc0001108', 'hex');
  const size = Buffer.alloc(8);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([head, size]);
}

/** Lossy. */
export function webp(width: number, height: number): Buffer {
  const head = Buffer.alloc(30);
  head.write('RIFF\0\0\0\0WEBPVP8 ', 'latin1');
  head.writeUInt16LE(width, 26);
  head.writeUInt16LE(height, 28);
  return head;
}
