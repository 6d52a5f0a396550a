/**
 * `guardctl init bash|zsh|fish [--write|--remove]`: prints what a shell needs. Changes the person's files only when
 * told to, and removes exactly what it has added. The agent's own executable and links are never touched.
 */
import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { followLinks } from '../platform/links.ts';
import { launcher } from '../platform/own-files.ts';
import { shellWord } from '../platform/shell-words.ts';
import { parse, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { withBlock, withoutBlock } from './init/block.ts';
import { fish } from './init/fish.ts';
import { bash, type Programs, zsh } from './init/posix.ts';
import { print } from './output.ts';

interface Shell {
  lines(commands: readonly Command[], programs: Programs): string;
  /** The file that the shell reads at its start. */
  file(home: string): string;
}

const { env } = process;

const shells: Readonly<Record<string, Shell>> = {
  bash: { lines: bash, file: (home) => join(home, '.bashrc') },
  zsh: { lines: zsh, file: (home) => join(env.ZDOTDIR || home, '.zshrc') },
  fish: {
    lines: fish,
    // Not conf.d: that is read before config.fish, whose alias would then win.
    file: (home) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'fish/config.fish'),
  },
};

export async function run(args: readonly string[], commands: readonly Command[]): Promise<number> {
  const { words, options } = parse(args, ['write', 'remove'], 1);
  const [name] = words;
  const shell = name !== undefined && Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (shell === undefined) throw new UsageError(`which shell? ${Object.keys(shells).join(', ')}`);
  if (options.write && options.remove) throw new UsageError('either --write or --remove');
  const file = shell.file(env.HOME || homedir());
  const lines = shell.lines(commands, programs());
  if (options.write) return write(file, lines);
  if (options.remove) return remove(file);
  process.stdout.write(lines);
  return 0;
}

function write(file: string, lines: string): number {
  const { path, content, mode } = read(file);
  const changed = withBlock(content, lines);
  mkdirSync(dirname(path), { recursive: true });
  if (!changed.equals(content)) replaceFileSync(path, changed, { durable: true, mode });
  print(`Written to ${file}. It takes effect in new shells; in this one: source ${shellWord(file)}`);
  return 0;
}

function remove(file: string): number {
  const { path, content, mode } = read(file);
  const changed = withoutBlock(content);
  if (changed === null) {
    print(`Nothing of ours in ${file}.`);
    return 0;
  }
  replaceFileSync(path, changed, { durable: true, mode });
  print(`Removed from ${file}. Shells that are open keep it.`);
  return 0;
}

/** A symbolic link stays a link: its target is changed. */
function read(file: string): { path: string; content: Buffer; mode: number } {
  const path = followLinks(file);
  try {
    return { path, content: readFileSync(path), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { path, content: Buffer.alloc(0), mode: 0o644 };
  }
}

/** The program's name if PATH leads to this installation, otherwise its path. */
function programs(): Programs {
  const word = (name: 'guarded-claude' | 'guardctl') => {
    const own = realpathSync(launcher(name));
    for (const folder of (env.PATH ?? '').split(':')) {
      try {
        if (realpathSync(join(folder, name)) === own) return name;
      } catch {
        // not in this folder
      }
    }
    return shellWord(own);
  };
  return { guard: word('guarded-claude'), companion: word('guardctl') };
}
