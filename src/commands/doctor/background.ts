/** Checks on background sessions, which have no guard around them: does their launcher exist? */
import { isAbsolute } from 'node:path';
import { processWrapper } from '../../agents/claude-code/launch/process-wrapper.ts';
import type { Variables } from '../../agents/contract/invocation.ts';
import { judgeFile } from '../../platform/executable-file.ts';
import { type Finding, ok, problem } from './finding.ts';

/** Null if none is set. */
export function backgroundLauncher(env: Variables): Finding | null {
  const found = processWrapper(env);
  if (found === null) return null;
  const { path, namedBy } = found;
  const unfit = isAbsolute(path) ? judgeFile(path)?.text : 'not an absolute path';
  if (unfit === undefined) return ok('launcher', `${path} (${namedBy})`);
  return problem(
    'launcher',
    `${namedBy} names ${path}: ${unfit}; the agent starts no background session`,
    'correct the path ("command -v guarded-claude-launcher" prints the path of ours), or remove the setting',
  );
}
