import { statePaths } from '../platform/paths.ts';
import { readSessions, type SessionOnDisk } from '../records/sessions.ts';
import { parse } from './arguments.ts';
import { findRun, NotFound } from './find.ts';
import { print, printJson } from './output.ts';

/**
 * `guardctl health [SESSION]` for probes. A session that the guard is bringing back counts as healthy: a probe that
 * restarted it then would undo the cure.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['json'], 1);
  const [wanted] = words;
  const all = readSessions(statePaths(process.env));
  const chosen = wanted === undefined ? all.filter(({ alive }) => alive) : [findRun('session', wanted, all)];
  if (chosen.length === 0) {
    if (options.json) printJson([]);
    throw new NotFound('no guarded session is running');
  }
  const verdicts = chosen.map((session) => ({ session, well: isWell(session) }));
  if (options.json)
    printJson(
      verdicts.map(({ session, well }) => ({ run: session.status.run, state: session.status.state, well })),
    );
  else {
    for (const { session, well } of verdicts) {
      const message = session.status.message === null ? '' : ` (${session.status.message})`;
      print(`${session.status.run} ${session.status.state}${message}: ${well ? 'well' : 'needs help'}`);
    }
  }
  return verdicts.every(({ well }) => well) ? 0 : 1;
}

const isWell = ({ alive, status }: SessionOnDisk) => alive && status.state !== 'gave_up';
