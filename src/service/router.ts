/**
 * The one port of all sessions. The first request on a connection shows a token, and the connection, with the bytes
 * that were read put back, goes to that session's tunnel. Connections without a valid token are refused.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { answerAndClose } from '../tunnel/sockets.ts';

/** Connections without a token must not use up our file descriptors. */
const maxUnproven = 64;
const proofMs = 10_000;
/** The same as the tunnel itself allows. */
const maxHeadBytes = 256 * 1024;

/** @param enter takes the connection; false: no session has that token */
export function createRouter(enter: (token: string, near: Socket) => boolean): Server {
  const unproven = new Set<Socket>();
  return createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    if (unproven.size >= maxUnproven) {
      near.destroy();
      return;
    }
    unproven.add(near);
    const proof = setTimeout(() => near.destroy(), proofMs);
    const forget = () => {
      clearTimeout(proof);
      unproven.delete(near);
    };
    near.on('error', () => {}); // `close` reports its end
    near.on('close', forget);
    near.on('end', () => unproven.has(near) && near.destroy());

    let head = Buffer.alloc(0);
    near.on('data', function collect(chunk: Buffer) {
      head = Buffer.concat([head, chunk]);
      const isWhole = head.includes('\r\n\r\n');
      if (!isWhole && head.length <= maxHeadBytes) return;
      near.pause().off('data', collect).off('close', forget);
      forget();
      const token = isWhole ? tokenIn(head.toString('latin1', 0, head.indexOf('\r\n\r\n') + 2)) : null;
      near.unshift(head);
      if (token !== null && enter(token, near)) return;
      const challenge = 'Proxy-Authenticate: Basic realm="guarded-claude"';
      answerAndClose(
        near,
        '407 Proxy Authentication Required',
        [challenge],
        'The token is missing or wrong.',
      );
    });
  });
}

function tokenIn(head: string): string | null {
  const [, shown] = /^proxy-authorization:[ \t]*basic[ \t]+([\w+/=-]+)[ \t]*\r$/im.exec(head) ?? [];
  if (shown === undefined) return null;
  return /^guard:(\w+)$/.exec(Buffer.from(shown, 'base64').toString('latin1'))?.[1] ?? null;
}
