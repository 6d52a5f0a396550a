import { statePaths } from '../platform/paths.ts';
import { shellCommand } from '../platform/shell-words.ts';
import { killedMessage, readSessions, type SessionOnDisk } from '../records/sessions.ts';
import type { Status } from '../records/status.ts';
import { duration } from '../words/times.ts';
import { parse } from './arguments.ts';
import { columns } from './columns.ts';
import { print, printJson, style } from './output.ts';

const dayMs = 24 * 3_600_000;

/** `guardctl sessions [--json]`: running sessions, and those that ended within a day. */
export async function run(args: readonly string[]): Promise<number> {
  const { options } = parse(args, ['json'], 0);
  const now = Date.now();
  const sessions = readSessions(statePaths(process.env)).filter(
    ({ alive, status }) => alive || now - Date.parse(status.updated_at) < dayMs,
  );
  if (options.json) printJson(sessions.map(jsonOf));
  else if (sessions.length === 0) print('No guarded session. Start one with: guarded-claude');
  else
    print(
      await columns(
        ['RUN', 'STATE', 'SINCE', 'INCIDENTS', 'FOLDER'],
        sessions.map((session) => row(session, now)),
        style(),
      ),
    );
  return 0;
}

/** The fields that programs rely on. */
function jsonOf({ status }: SessionOnDisk) {
  const { run, session_id, pid, agent_pid, cwd, state, since, agent_version, incidents } = status;
  return { run, session_id, pid, agent_pid, cwd, state, since, agent_version, incidents };
}

function row({ status }: SessionOnDisk, now: number): string[] {
  const message = status.message === null ? '' : ` · ${status.message}${howToGoOn(status)}`;
  const since = duration(now - Date.parse(status.since));
  return [status.run, status.state, since, String(status.incidents), `${status.cwd}${message}`];
}

/** Said only of a session that nobody has ended on purpose. */
function howToGoOn({ message, resume }: Status): string {
  return message !== killedMessage || resume === null ? '' : `; to go on: ${shellCommand(resume)}`;
}
