/** A home with one conversation in it, in a folder of its own, and lives of guards in it. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../src/platform/own-files.ts';
import type { Written } from './conversation.ts';
import type { Order, Told } from './life.ts';
import type { Strike } from './strike.ts';

export interface Place {
  readonly root: string;
  readonly state: string;
  readonly folder: string;
  readonly transcript: string;
  readonly env: Readonly<Record<string, string>>;
  /** @returns what was told, and how it ended: an exit code or a signal */
  live(strike: Strike, hoursLater: number, bug: string | null): Promise<Life>;
  remove(): void;
}

export interface Life {
  readonly told: readonly Told[];
  readonly end: number | string;
  /** What it said on standard error. */
  readonly said: string;
}

const program = join(packageRoot(), 'dist', 'modules', 'test', 'rig', 'deaths', 'life.js');

export function makePlace(
  write: (cwd: string) => Written,
  isLinkless: boolean,
): Place & { readonly written: Written } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-deaths-')));
  const cwd = join(root, 'work');
  const written = write(cwd);
  const folder = join(root, 'config', 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'));
  const state = join(root, 'state', 'guarded-claude');
  for (const each of [
    cwd,
    folder,
    join(root, 'state'),
    join(root, 'runtime'),
    join(root, 'settings', 'guarded-claude'),
  ])
    mkdirSync(each, { recursive: true, mode: 0o700 });
  const transcript = join(folder, `${written.id}.jsonl`);
  writeFileSync(transcript, written.bytes, { mode: 0o600 });
  const command = join(root, 'claude');
  writeFileSync(command, `#!/bin/sh\necho "${written.version} (Claude Code)"\n`);
  chmodSync(command, 0o755);
  const config = { senses: { tunnel: false } };
  writeFileSync(join(root, 'settings', 'guarded-claude', 'config.json'), JSON.stringify(config));
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: root,
    CLAUDE_CONFIG_DIR: join(root, 'config'),
    XDG_STATE_HOME: join(root, 'state'),
    XDG_CONFIG_HOME: join(root, 'settings'),
    XDG_RUNTIME_DIR: join(root, 'runtime'),
    TMPDIR: join(root, 'runtime'),
  };
  const allowed = [state, folder, join(root, 'runtime')];
  return {
    root,
    state,
    folder,
    transcript,
    env,
    written,
    live: (strike, hoursLater, bug) =>
      run(
        { cwd, command, id: written.id, transcript, env, allowed, strike, isLinkless, hoursLater, bug },
        env,
      ),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function run(order: Order, env: Readonly<Record<string, string>>): Promise<Life> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    env,
    cwd: order.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told: Told[] = [];
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ told, end: signal ?? code ?? 'unknown', said }));
  });
}
