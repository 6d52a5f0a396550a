/**
 * The real agent in exact versions (test/rig/matrix/versions.ts), for tests that must meet it; where one cannot be
 * fetched, the tests that need it are skipped loudly.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchAgent, type Version } from '../rig/matrix/versions.ts';

export { realAgent } from '../rig/matrix/versions.ts';
export type RealVersion = Version;

/** Versions that this test run wanted and could not have, one a line. */
export const missedFile = join(tmpdir(), `guarded-claude-missed-agents-${process.getuid?.() ?? 0}`);

/** For `test.skipIf(missing('2.1.329'))`: fetches it if need be; skipped-agents.ts says at the end what was missed. */
export function missing(version: RealVersion): boolean {
  const absent = fetchAgent(version) === null;
  if (absent) appendFileSync(missedFile, `${version}\n`);
  return absent;
}

/** A wrapper beside an agent's own that gives it, and nobody else, these variables. */
export function withVariables(agent: string, variables: Readonly<Record<string, string>>): string {
  const wrapper = `${agent}-with-variables`;
  const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  writeFileSync(wrapper, `#!/bin/sh\nexec env ${assignments.join(' ')} '${agent}' "$@"\n`, { mode: 0o755 });
  return wrapper;
}
