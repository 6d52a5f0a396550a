/** The addresses of this machine. */
import { networkInterfaces } from 'node:os';

export interface LocalAddress {
  readonly interface: string;
  readonly address: string;
  readonly internal: boolean;
}

/** Reads the machine's addresses; null where the system does not tell (some sandboxes refuse). */
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
