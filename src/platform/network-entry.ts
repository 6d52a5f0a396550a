/** A network of addresses as NO_PROXY may name it: `a.b.c.d/n`, `v6/n` or `[v6]/n`. */
import { BlockList, isIP, isIPv6 } from 'node:net';

const form = /^\[?([0-9A-Fa-f.:]+)\]?\/(\d{1,3})$/;

/**
 * Tells whether a host is an address in the network; never, if there is no such network. Null: the entry names none.
 */
export function readNetwork(entry: string): ((host: string) => boolean) | null {
  const [, base, bits] = form.exec(entry) ?? [];
  if (base === undefined || bits === undefined) return null;
  if (!isIP(base) || Number(bits) > (isIPv6(base) ? 128 : 32)) return () => false;
  const network = new BlockList();
  network.addSubnet(base, Number(bits), familyOf(base));
  return (host) => isIP(host) !== 0 && network.check(host, familyOf(host));
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
