/**
 * Cuts what an agent sends to the proxy into request heads and opaque bytes. After a CONNECT or an upgrade
 * everything is opaque; after any other request the body is followed (length or chunks) to find the next head.
 * Answers are never parsed.
 */
import { headerOf, parseHead, type RequestHead } from './head.ts';

export type Piece =
  | { readonly kind: 'head'; readonly head: RequestHead }
  /** Of the body of that request. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** After a CONNECT, or a request for an upgrade and its body. */
  | { readonly kind: 'opaque'; readonly bytes: Buffer }
  /** Not HTTP, or more than a head may hold: nothing after it can be understood. */
  | { readonly kind: 'invalid' };

export type Framer = (chunk: Buffer) => readonly Piece[];

const maxHeadBytes = 256 * 1024;

const isChunked = (encoding: string | null) => /^\s*chunked\s*$/i.test(encoding ?? '');

type Mode = 'head' | 'length' | 'chunk-size' | 'trailer' | 'opaque' | 'invalid';

export function createFramer(): Framer {
  let mode: Mode = 'head';
  let pending: Buffer = Buffer.alloc(0); // an unfinished head or line
  let left = 0; // bytes of the body or chunk still to come

  /** Next line of a chunked body, with its line end; null while unfinished. */
  function takeLine(): Buffer | null {
    const end = pending.indexOf('\r\n');
    if (end < 0) return null;
    const line = pending.subarray(0, end + 2);
    pending = pending.subarray(end + 2);
    return line;
  }

  function takeHead(): Piece | null {
    while (pending[0] === 13 || pending[0] === 10) pending = pending.subarray(1); // stray line ends between requests
    const end = pending.indexOf('\r\n\r\n');
    if (end < 0 && pending.length <= maxHeadBytes) return null;
    const head = end < 0 ? null : parseHead(pending.toString('latin1', 0, end));
    const next = head && modeAfter(head);
    if (!next) {
      mode = 'invalid';
      return { kind: 'invalid' };
    }
    pending = pending.subarray(end + 4);
    ({ mode, left } = next);
    return { kind: 'head', head };
  }

  function takeBytes(): Piece | null {
    const bytes = mode === 'opaque' ? pending : pending.subarray(0, left);
    pending = pending.subarray(bytes.length);
    left -= bytes.length;
    return bytes.length ? { kind: mode === 'opaque' ? 'opaque' : 'bytes', bytes } : null;
  }

  function takeChunkSize(): Piece | null {
    const line = takeLine();
    if (!line) return pending.length > maxHeadBytes ? invalid() : null;
    const size = /^[0-9A-Fa-f]{1,12}(?=[;\s])/.exec(line.toString('latin1'))?.[0];
    if (size === undefined) return invalid();
    left = Number.parseInt(size, 16) + 2; // the line end after the data belongs to the chunk
    mode = left === 2 ? 'trailer' : 'length';
    return { kind: 'bytes', bytes: line };
  }

  function takeTrailer(): Piece | null {
    const line = takeLine();
    if (!line) return pending.length > maxHeadBytes ? invalid() : null;
    if (line.length === 2) mode = afterBody;
    return { kind: 'bytes', bytes: line };
  }

  function invalid(): Piece {
    mode = 'invalid';
    return { kind: 'invalid' };
  }

  let chunked = false;
  let afterBody: Mode = 'head';
  /** Null where two readers of the head could disagree about the body's end. */
  function modeAfter(head: RequestHead): { mode: Mode; left: number } | null {
    if (head.method === 'CONNECT') return { mode: 'opaque', left: 0 };
    const encoding = headerOf(head, 'transfer-encoding');
    const length = headerOf(head, 'content-length');
    chunked = encoding !== null;
    afterBody = headerOf(head, 'upgrade') === null ? 'head' : 'opaque';
    if (chunked) return length === null && isChunked(encoding) ? { mode: 'chunk-size', left: 0 } : null;
    if (!/^\d{1,15}$/.test(length ?? '0')) return null;
    return Number(length) > 0 ? { mode: 'length', left: Number(length) } : { mode: afterBody, left: 0 };
  }

  function take(): Piece | null {
    switch (mode) {
      case 'head':
        return takeHead();
      case 'length': {
        const piece = takeBytes();
        if (left === 0) mode = chunked ? 'chunk-size' : afterBody;
        return piece;
      }
      case 'chunk-size':
        return takeChunkSize();
      case 'trailer':
        return takeTrailer();
      case 'opaque':
        return takeBytes();
      case 'invalid':
        return null;
    }
  }

  return (chunk) => {
    pending = pending.length ? Buffer.concat([pending, chunk]) : chunk;
    const pieces: Piece[] = [];
    for (let piece = take(); piece; piece = take()) pieces.push(piece);
    return pieces;
  };
}
