/** The certificate authorities that a proxy's certificate may come from. */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/**
 * Node's own and those in a file of the person's. Undefined: node's usual ones, because there is no such file, or node
 * itself has read it at its start.
 */
export async function authoritiesWith(file: string | null): Promise<string[] | undefined> {
  if (file === null || file === process.env.NODE_EXTRA_CA_CERTS) return undefined;
  const own = await readFile(file, 'utf8').catch(() => null); // the agent, too, goes on without it
  return own === null ? undefined : [...rootCertificates, own];
}
