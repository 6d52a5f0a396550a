/** A user of the service, with a home and a runtime folder of their own, and sessions through the real launcher. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { ask } from '../../src/service/control.ts';
import { type ServicePaths, servicePaths } from '../../src/service/paths.ts';
import type { Status } from '../../src/service/serve.ts';
import { startService } from '../../src/service/start-service.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixture, repository } from '../support/places.ts';

export const launcherBin = join(repository, 'bin', 'guarded-claude-launcher');

export interface Launched {
  readonly pid: number;
  readonly exit: Promise<number | null>;
  /** Everything that it has printed so far, on either stream. */
  output(): string;
  /** Its proxy, once it has printed it. */
  proxy(): URL;
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  end(): Promise<number | null>;
}

export interface User {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly paths: ServicePaths;
  launch(command: readonly string[], more?: Readonly<Record<string, string>>): Launched;
  /** One that has an address. @param host `host:port` that it asks */
  session(host: string, more?: Readonly<Record<string, string>>): Promise<Launched>;
  /** What a command prints behind the launcher, once it has an address. */
  printed(command: readonly string[], more?: Readonly<Record<string, string>>): string;
  status(): Promise<Status>;
  /** Starts the service. Otherwise the first session has to, within the time that a launcher has. */
  served(): Promise<void>;
}

/** A machine at its limits takes longer than a launcher may; the session then has no address. */
export const maxTries = 5;

/** @param settings of the guard: its `network_resilience` */
export function makeUser(settings: Readonly<Record<string, number>> = {}): User {
  const folder = temporaryFolder();
  const runtime = join(folder, 'run');
  const config = join(folder, 'config/guarded-claude');
  mkdirSync(runtime, { mode: 0o700 });
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'config.json'), JSON.stringify({ network_resilience: settings }));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: runtime,
    XDG_CONFIG_HOME: join(folder, 'config'),
  };
  onTestFinished(async () => {
    const own = () => processesMarkedBy('XDG_RUNTIME_DIR', runtime);
    for (let tries = 0; own().length > 0 && tries < 20; tries++) {
      for (const { pid } of own()) killQuietly(pid);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  const launch: User['launch'] = (command, more = {}) => {
    const child = spawn(launcherBin, command, { env: { ...env, ...more }, cwd: folder });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    let text = '';
    let told = () => {};
    const hear = (chunk: Buffer) => {
      text += chunk;
      told();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const saw = (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const before = told;
        told = () => {
          before();
          const match = pattern.exec(text);
          if (match) resolve(match);
        };
        told();
      });
    return {
      pid: child.pid ?? 0,
      exit,
      output: () => text,
      proxy: () => new URL(/^proxy (.*)$/m.exec(text)?.[1] ?? ''),
      saw,
      end() {
        child.stdin.end();
        return exit;
      },
    };
  };
  const paths = servicePaths(env);
  const status = async () => (await ask(paths.socket, { type: 'status' }, 5_000)) as Status;
  return {
    folder,
    env,
    paths,
    launch,
    async session(host, more = {}) {
      const all = { ANTHROPIC_BASE_URL: `https://${host}`, HOST: host, ...more };
      for (let tries = 1; ; tries++) {
        const session = launch([process.execPath, fixture('tunnel', 'session.js')], all);
        const [, proxy] = await session.saw(/^proxy (.*)$/m);
        if (proxy?.includes('guard:') || tries === maxTries) return session;
        await session.end();
      }
    },
    printed(command, more = {}) {
      for (let tries = 1; ; tries++) {
        const options = { env: { ...env, ...more }, cwd: folder, encoding: 'utf8' } as const;
        const { stdout } = spawnSync(command[0] ?? '', command.slice(1), options);
        if (stdout.includes('=http://guard:') || tries === maxTries) return stdout;
      }
    },
    status,
    async served() {
      startService(env);
      await expect.poll(status).toMatchObject({ sessions: [] });
    },
  };
}

/** Resolves when nothing is left of it. */
export async function killed(pid: number | null): Promise<void> {
  if (pid === null) throw new Error('there is no such process');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => startTimeOf(pid)).toBe(null);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** The status of the answer to a CONNECT through this proxy; the error's code if there is no answer. */
export async function statusThrough(proxy: URL, host: string, token = proxy.password): Promise<string> {
  const socket = connect(Number(proxy.port), proxy.hostname);
  socket.on('error', () => {});
  const credentials = Buffer.from(`guard:${token}`).toString('base64');
  try {
    await once(socket, 'connect');
    const head = token === '' ? '' : `Proxy-Authorization: Basic ${credentials}\r\n`;
    socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${head}\r\n`);
    const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    return socket.destroyed ? 'closed' : (String(answer[0]).split(' ')[1] ?? '');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}
