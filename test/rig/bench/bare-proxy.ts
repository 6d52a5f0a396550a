/** The tunnel's yardstick: a CONNECT proxy of ten lines. Prints its port. */
import { type AddressInfo, connect, createServer } from 'node:net';

const server = createServer((near) => {
  near.once('data', (head) => {
    const [host = '', port = ''] = (head.toString('latin1').split(' ')[1] ?? '').split(':');
    const far = connect(Number(port), host, () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => [near, far].map((each) => each.destroy()));
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
