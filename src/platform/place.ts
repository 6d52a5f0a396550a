/**
 * Where a pid counts. The home, with our records in it, may be shared by machines and by containers, and elsewhere a
 * pid is somebody else's. Known only on Linux.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

let own: string | null | undefined;

/** The machine, its latest boot, and the namespace of pids; opaque. Null: unknown. */
export function ownPlace(): string | null {
  if (own === undefined) own = readPlace();
  return own;
}

/**
 * Whether a process there may live although it is not found here. What ran here before the latest boot of the machine,
 * or start of the container, is gone: both keep their name.
 * @param place null: unknown
 */
export function isElsewhere(place: string | null): boolean {
  const here = ownPlace();
  if (place === null || here === null) return false;
  const [machine, boot, namespace] = place.split(' ');
  const [ownMachine, ownBoot, ownNamespace] = here.split(' ');
  const isHere = boot === ownBoot && namespace === ownNamespace; // even if the machine has been renamed since
  return !isHere && machine !== ownMachine;
}

function readPlace(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    // The machine's id is not meant to be shown to others.
    const machine = createHash('sha256').update(`${machineId()} ${hostname()}`).digest('hex').slice(0, 16);
    return `${machine} ${boot} ${namespace}`;
  } catch {
    return null;
  }
}

/** Empty in many containers, which have names of their own. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}
