/**
 * If two agents have one conversation open, both append to its file, and the next resume follows only one of the two
 * branches (measured). So the guard looks for another agent before it starts one on a conversation, and before it stops
 * one that it then could not start again.
 */
import { readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SessionFile } from '../../agents/contract/conversation.ts';
import { type RunPaths, statePaths } from '../../platform/paths.ts';
import { isElsewhere } from '../../platform/place.ts';
import { processTable } from '../../platform/process-table.ts';
import { ancestors, descendants } from '../../platform/process-tree.ts';
import { readSessions } from '../../records/sessions.ts';
import type { Status } from '../../records/status.ts';
import type { Conversation } from '../conversation.ts';
import type { Launch, Run } from '../run.ts';

/** Who looks: which agent, where its files are, and which guard is not another one. */
export interface Looker {
  readonly launch: Pick<Launch, 'adapter' | 'env'>;
  readonly paths: Pick<RunPaths, 'run'>;
}

/** The process of another agent, or of its guard. */
type Other = number | 'elsewhere';

/** What `elsewhere` means. Its pids are somebody else's here. */
export const guardElsewhere =
  'a guard on another machine or in another container (were it killed, that would be known here within three minutes)';

const livingGuards = ({ launch }: Looker): readonly Status[] =>
  readSessions(statePaths(launch.env)).flatMap(({ alive, status }) => (alive ? [status] : []));

/** The other guard whose agent is in this conversation. */
const watching = (guards: readonly Status[], { paths }: Looker, sessionId: string) =>
  guards.find(({ session_id, run }) => session_id === sessionId && run !== paths.run);

/**
 * One look at who else is in conversations. The guards and the processes, which take long to read, are read only once,
 * when they are needed first.
 * @param own our own agent's process. Null: none runs
 * @returns another living agent that is in this conversation, because its guard or its own record says so; null: none
 */
export function lookAround(
  run: Looker,
  own: number | null,
): (file: Pick<SessionFile, 'sessionId' | 'path'>) => Promise<Other | null> {
  let guards: readonly Status[] | null = null;
  let except: readonly number[] | null = null;
  return async ({ sessionId, path }) => {
    guards ??= livingGuards(run);
    const other = watching(guards, run, sessionId);
    if (other !== undefined) return isElsewhere(other.place) ? 'elsewhere' : (other.agent_pid ?? other.pid);
    const { repairer } = run.launch.adapter;
    if (repairer === null) return null;
    except ??= notSecond(guards, own);
    return await repairer.findAgent(path, except);
  };
}

/** Processes that are no second agent in the conversation. */
function notSecond(guards: readonly Status[], own: number | null): readonly number[] {
  // A guard knows which conversation its agent is in, so for agents with a guard of their own only its record counts.
  const here = guards.filter(({ place }) => !isElsewhere(place));
  const watched = here.flatMap(({ agent_pid }) => agent_pid ?? []);
  // A launcher that waits for its child has the same command line, and may be our ancestor or our descendant.
  const table = processTable();
  const below = own === null ? [] : descendants(own, table);
  const ours = [...below, ...ancestors(process.pid, table)].map((one) => one.pid);
  return [...watched, ...(own === null ? [] : [own]), ...ours];
}

/** Who else is in the conversation, in words. Null: nobody. */
export async function holderOf(run: Looker, path: string, own: number | null): Promise<string | null> {
  const other = await lookAround(run, own)({ sessionId: basename(path, '.jsonl'), path });
  return other === null ? null : `${await inWords(other)} has this conversation open`;
}

async function inWords(other: Other): Promise<string> {
  if (other === 'elsewhere') return guardElsewhere;
  const cwd = await readlink(`/proc/${other}/cwd`).catch(() => null);
  const begun = await stat(`/proc/${other}`).catch(() => null);
  const since = begun === null ? '' : `, since ${new Date(begun.ctimeMs).toTimeString().slice(0, 5)}`;
  return `another agent (process ${other}${cwd === null ? '' : `, in ${cwd}`}${since})`;
}

/** Who else is in the present conversation, in words. Null: nobody. The advice on how to go on depends on it. */
export async function otherIn(
  run: Run,
  conversation: Conversation,
  own: number | null,
): Promise<string | null> {
  const { transcriptPath } = conversation;
  if (transcriptPath === null) return null;
  const other = await holderOf(run, transcriptPath, own);
  conversation.heldByOther(transcriptPath, other !== null);
  return other;
}

/** Rejects if another living agent is in the conversation, and says which. */
export async function refuseSecondWriter(run: Run, conversation: Conversation): Promise<void> {
  const other = await otherIn(run, conversation, null);
  if (other !== null) throw new Error(other);
}

/**
 * Why the first launch is refused, with advice on what to do. Null: it is not.
 * @param other who is in the conversation that it will resume
 */
export function refusalAtStart({ invocation }: Launch, other: string | null): string | null {
  if (other === null || invocation.forks) return null;
  return `${other}; two would overwrite each other's view of it. Go on there, or add --fork-session to branch off a copy`;
}
