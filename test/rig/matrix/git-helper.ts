/**
 * The `git` by which an agent fetches its plugin marketplace at the first prompt: a helper process that may run for
 * long.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * `answered`: an empty marketplace, after a moment. `refused`: fails at once. `hanging`: hangs, with a child of its
 * own.
 */
export const gitHelpers = ['answered', 'refused', 'hanging'] as const;
export type GitHelper = (typeof gitHelpers)[number];

const clones: Readonly<Record<GitHelper, string>> = {
  answered: `sleep 1
for last; do :; done
mkdir -p "$last/.claude-plugin"
echo '{"name":"claude-plugins-official","owner":{"name":"drill"},"plugins":[]}' > "$last/.claude-plugin/marketplace.json"`,
  refused: "echo 'fatal: unable to access the repository' >&2; exit 128",
  hanging: "sh -c 'sleep 120; true' & wait",
};

/** Puts it into a folder. @returns a PATH on which it comes first; every other git command is passed to the real git */
export function withGitHelper(folder: string, how: GitHelper, path: string): string {
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\ncase " $* " in *' clone '*) ;; *) PATH=\${PATH#*:} exec git "$@" ;; esac\n${clones[how]}\n`;
  writeFileSync(join(folder, 'git'), script, { mode: 0o755 });
  return `${folder}${delimiter}${path}`;
}
