// The real agents that the tests have fetched into .cache/agents, for scripts that measure on them.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'agents');

/** Path of the native executable of a version; ends the program with advice if there is none. */
export function realAgent(version) {
  const scope = join(cache, version, 'node_modules', '@anthropic-ai');
  const found = existsSync(scope)
    ? readdirSync(scope)
        .map((name) => join(scope, name, 'claude'))
        .find((file) => existsSync(file))
    : undefined;
  if (found) return found;
  process.stderr.write(
    `Claude Code ${version} is not in .cache/agents: run the tests once, they fetch it.\n`,
  );
  process.exit(1);
}
