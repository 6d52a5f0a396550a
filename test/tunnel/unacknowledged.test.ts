import { expect, test } from 'vitest';
import { kernelAddress, parseRepeats } from '../../src/tunnel/unacknowledged.ts';

test.each([
  ['10.231.7.2', '0207E70A'],
  ['127.0.0.1', '0100007F'],
  ['::1', '00000000000000000000000001000000'],
  ['2001:db8:1::ff', 'B80D01200000010000000000FF000000'],
  ['::ffff:10.231.7.2', '0000000000000000FFFF00000207E70A'],
  ['fe80::1%eth0', '000080FE000000000000000001000000'],
])('%s', (address, expected) => {
  expect(kernelAddress(address)).toBe(expected);
});

test('the kernel’s table', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:A1B2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0107E70A:9C40 0207E70A:1E61 01 0000C350:00000000 01:00000248 00000005     0        0 9 2 0 1 1 1
`;
  const repeats = parseRepeats(table);
  expect(repeats.get(`${0x9c40} 7777 ${kernelAddress('10.231.7.2')}`)).toBe(5);
  expect(repeats.get(`${0xa1b2} 0 ${kernelAddress('0.0.0.0')}`)).toBe(0);
  expect(repeats.size).toBe(2);
});
