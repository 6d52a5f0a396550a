/**
 * Reads only the heads of TLS records: type and length, in the first five bytes of each (RFC 8446 §5.1). Pure. Decrypts
 * nothing.
 */

export interface TlsRecord {
  /**
   * `data` is everything encrypted; in TLS 1.3 also most of the handshake, and the server's later handshake messages.
   */
  readonly kind: 'handshake' | 'data' | 'alert' | 'other';
  /** Bytes after the head. */
  readonly length: number;
}

/** Reads one direction of one connection. Returns null once a byte cannot be TLS, and ever after. */
export type TlsReader = (chunk: Uint8Array) => readonly TlsRecord[] | null;

export const headBytes = 5;
/** Includes the expansion that TLS 1.2 allows. A longer record is a protocol error. */
const maxLength = 16_384 + 2_048;

const kinds: Readonly<Record<number, TlsRecord['kind']>> = {
  20: 'other', // change_cipher_spec
  21: 'alert', // unencrypted, or of TLS 1.2
  22: 'handshake',
  23: 'data',
};

/** A record is reported once its head is complete. Its body may still be on its way. */
export function createTlsReader(): TlsReader {
  const head = new Uint8Array(headBytes);
  let have = 0; // bytes of the head
  let left = 0; // bytes of the body still to come
  let isTls = true;

  return (chunk) => {
    const records: TlsRecord[] = [];
    for (let at = 0; isTls && at < chunk.length; ) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at);
        left -= taken;
        at += taken;
        continue;
      }
      head[have] = chunk[at] ?? 0;
      have += 1;
      at += 1;
      if (have < headBytes) continue;
      have = 0;
      const [type = 0, major, , high = 0, low = 0] = head;
      const kind = kinds[type];
      const length = high * 256 + low;
      isTls = kind !== undefined && major === 3 && length <= maxLength;
      if (!kind || !isTls) break;
      records.push({ kind, length });
      left = length;
    }
    return isTls ? records : null;
  };
}
