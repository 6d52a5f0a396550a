/** The addresses of this machine, and which addresses are nearby. */
import { createSocket } from 'node:dgram';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface LocalAddress {
  readonly interface: string;
  readonly address: string;
  readonly internal: boolean;
}

/** Reads the machine's addresses. Null if the system does not give them, as in some sandboxes. */
export type ReadAddresses = () => readonly LocalAddress[] | null;

export const readAddresses: ReadAddresses = () => {
  try {
    return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
      (list ?? []).map(({ address, internal }) => ({ interface: name, address, internal })),
    );
  } catch {
    return null;
  }
};

/**
 * Whether this machine no longer has an address. The list leaves out interfaces without a carrier (a roam between
 * access points, a cable), whose addresses stay, and with them their connections; a socket can be bound to those.
 */
export function isLost(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const answer = (isGone: boolean) => {
      socket.close();
      resolve(isGone);
    };
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code === 'EADDRNOTAVAIL'));
    socket.bind({ address, port: 0, exclusive: true }, () => answer(false));
  });
}

/** Loopback, private (RFC 1918, RFC 4193), link-local, and shared by a provider among its customers (RFC 6598). */
const nearby = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const;

let neighbourhood: BlockList | undefined;

function makeNeighbourhood(): BlockList {
  const list = new BlockList();
  for (const [network, bits, family] of nearby) list.addSubnet(network, bits, family);
  return list;
}

/** Whether an address is on this machine or its own network. */
export function isNearby(address: string | undefined): boolean {
  if (address === undefined) return false;
  neighbourhood ??= makeNeighbourhood();
  return neighbourhood.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
