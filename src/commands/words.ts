import { leaves } from '../config/validate.ts';
import { statePaths } from '../platform/paths.ts';
import { readIncidents } from '../records/incidents.ts';
import { readSessions } from '../records/sessions.ts';
import { parse } from './arguments.ts';
import { print } from './output.ts';

/** How many of the newest ids are offered. */
const maxOffered = 20;

/** `guardctl words session|incident|key|scenario`: what a shell offers when the person presses Tab. */
export async function run(args: readonly string[]): Promise<number> {
  const { words } = parse(args, [], 1);
  const list = await listOf(words[0], statePaths(process.env));
  if (list.length > 0) print(list.join('\n'));
  return 0;
}

async function listOf(
  kind: string | undefined,
  state: ReturnType<typeof statePaths>,
): Promise<readonly string[]> {
  switch (kind) {
    case 'session':
      return readSessions(state)
        .slice(-maxOffered)
        .map(({ status }) => status.run);
    case 'incident':
      return readIncidents(state)
        .slice(-maxOffered)
        .map(({ id }) => id);
    case 'key':
      return leaves.map(({ name }) => name);
    case 'scenario':
      return (await import('../drill/scenarios.ts')).scenarioNames;
    default:
      return [];
  }
}
