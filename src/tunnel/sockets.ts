/** Ways of closing a socket for which node has no function. */
import type { Socket } from 'node:net';

/**
 * Sends RST instead of FIN, so that the other side fails at once and does not take a partial message for a complete
 * one. A socket whose FIN is being sent can only be destroyed: if it were reset, node would leave it open for ever, and
 * spin when the process ends.
 */
export function reset(socket: Socket): void {
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.destroyed) return;
  if (socket.connecting || ending) socket.destroy();
  else socket.resetAndDestroy();
}

/** Time for the other side to read a last answer before the socket is destroyed. */
const goodbyeMs = 5_000;

/** Sends an answer of the tunnel's own, the last one on this socket. */
export function answerAndClose(
  socket: Socket,
  status: string,
  headers: readonly string[],
  body: string,
): void {
  const text = `${body}\n`;
  const lines = [
    `HTTP/1.1 ${status}`,
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`);
  endAndClose(socket);
}

/** Ends the socket. Bytes that still arrive are read and dropped, because a reset could overtake the last answer. */
export function endAndClose(socket: Socket): void {
  socket.end();
  socket.resume();
  socket.setTimeout(goodbyeMs, () => socket.destroy());
}
