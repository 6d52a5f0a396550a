/**
 * The sessions that have an address: one file for each, so that the service's next process knows them, too. The files
 * contain tokens and the upstream proxy's credentials. They have mode 0600, are in a folder of the user's own, and are
 * removed with the session.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { UserSettings } from '../agents/contract/launch.ts';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { isAlive, type ProcessIdentity } from '../platform/process-identity.ts';
import { needsAddress } from '../tunnel/users.ts';

export interface Session {
  readonly token: string;
  /** The process that the launcher became. */
  readonly process: ProcessIdentity;
  readonly user: Pick<UserSettings, 'api' | 'pings' | 'proxy' | 'deadlineMs'>;
}

export interface Sessions {
  all(): readonly Session[];
  byToken(token: string): Session | null;
  /** @throws if its file cannot be written */
  add(process: ProcessIdentity, user: Session['user']): Session;
  /** Forgets sessions that have no process left. @returns their tokens */
  sweep(isBusy: (token: string) => boolean): readonly string[];
}

export function createSessions(folder: string): Sessions {
  const known = new Map<string, Session>();
  for (const name of readdirSync(folder)) {
    const session = name.endsWith('.json') ? read(join(folder, name)) : null;
    if (session !== null) known.set(session.token, session);
  }
  const fileOf = ({ process }: Session) =>
    join(folder, `${process.pid}-${process.startTime.replace(/\W/g, '')}.json`);
  return {
    all: () => [...known.values()],
    byToken: (token) => known.get(token) ?? null,
    add(process, user) {
      const session: Session = { token: randomBytes(24).toString('hex'), process, user };
      replaceFileSync(fileOf(session), JSON.stringify(session));
      known.set(session.token, session);
      return session;
    },
    sweep(isBusy) {
      const over = [...known.values()].filter(
        ({ process, token }) => !isAlive(process) && !isBusy(token) && !needsAddress([token]),
      );
      for (const session of over) {
        known.delete(session.token);
        rmSync(fileOf(session), { force: true });
      }
      return over.map(({ token }) => token);
    },
  };
}

/** Null if the file is incomplete: its address was never given out. */
function read(path: string): Session | null {
  try {
    const session: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isSession(session) ? session : null;
  } catch {
    return null;
  }
}

function isSession(value: unknown): value is Session {
  const { token, process, user } = (value ?? {}) as Partial<Session>;
  const isProcess = typeof process?.pid === 'number' && typeof process.startTime === 'string';
  return typeof token === 'string' && /^\w+$/.test(token) && isProcess && isUser(user);
}

/** Whether a tunnel can be made with it. */
export function isUser(value: unknown): value is Session['user'] {
  const { api, proxy } = (value ?? {}) as Partial<Session['user']>;
  const isApi = api === null || (typeof api?.host === 'string' && Number.isInteger(api.port));
  return isApi && typeof proxy === 'object' && proxy !== null;
}
