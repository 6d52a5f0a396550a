/**
 * The simulated agent: behaves on a terminal, on the wire and on disk like the real one (2.1.329), so that a guard can
 * be drilled where no real agent is installed. No packages, no credentials, no model.
 *
 * keys.ts reads the keyboard, interactive.ts holds the session together, turn.ts asks the API and runs the tools,
 * face.ts draws.
 */

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type AgentArguments, readArguments, readSettings, type Settings } from './arguments.ts';
import { runInteractive } from './interactive.ts';
import { readMisbehaviour, watchTriggers } from './misbehaviour.ts';
import { runPrint } from './print.ts';
import { findTranscript, projectFolder } from './transcript.ts';

export const version = '2.1.329';

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function newestSession(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const changed = (name: string) => statSync(join(folder, name)).mtimeMs;
  return files.sort((a, b) => changed(b) - changed(a))[0]?.slice(0, -'.jsonl'.length) ?? null;
}

/** @returns the session's id and the path of its transcript, which may not exist yet */
function chooseSession(
  args: AgentArguments,
  configDir: string,
  cwd: string,
): { id: string; path: string; resumed: boolean } {
  const folder = projectFolder(configDir, cwd);
  const wanted = args.resume ?? (args.continues ? newestSession(folder) : null);
  if (args.continues && wanted === null) fail('No conversation found to continue');
  if (wanted !== null) {
    if (args.sessionId !== null) fail('Error: --session-id cannot be used with --continue or --resume');
    const path = findTranscript(configDir, wanted);
    if (path === null || statSync(path).size === 0) fail(`No conversation found with session ID: ${wanted}`);
    return { id: wanted, path, resumed: true };
  }
  const id = args.sessionId ?? randomUUID();
  if (findTranscript(configDir, id) !== null) fail(`Error: Session ID ${id} is already in use.`);
  return { id, path: join(folder, `${id}.jsonl`), resumed: false };
}

function loadSettings(args: AgentArguments, configDir: string): readonly Settings[] {
  const user = join(configDir, 'settings.json');
  const all: Settings[] = existsSync(user) ? [readSettings(user)] : [];
  if (args.settings === null) return all;
  try {
    return [...all, readSettings(args.settings)];
  } catch {
    return fail(`Error: Settings file not found: ${args.settings}`);
  }
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args.version) return void process.stdout.write(`${version} (Claude Code)\n`);
  if (args.help)
    return void process.stdout.write('Usage: claude [options] [prompt]\n\nA simulated agent for drills.\n');
  const misbehaviour = readMisbehaviour(process.env);
  if (misbehaviour.exitCode !== null) process.exit(misbehaviour.exitCode);
  watchTriggers(process.env);

  const configDir = process.env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.claude');
  const cwd = process.cwd();
  const settings = loadSettings(args, configDir);
  // `env` in --settings overrides `env` in the user's settings, and both override the process's (2.1.197, 2.1.329).
  for (const { env } of settings) Object.assign(process.env, env);
  const session = {
    args,
    settings,
    configDir,
    cwd,
    version,
    misbehaviour,
    ...chooseSession(args, configDir, cwd),
  };
  if (args.print) await runPrint(session);
  else await runInteractive(session);
}

await main();
