/**
 * Claims: what each sense says the agent is doing, in one vocabulary, since when, and how far to trust it. A sense that
 * has nothing to say makes no claim. The table in `precedence.ts` decides which claim wins.
 */
import type { Millis } from '../events.ts';
import type { Activity, Claim, Grade } from './claim.ts';
import type { Connection } from './evidence/connection.ts';
import type { Facts } from './evidence/facts.ts';
import type { ProcessSample } from './evidence/sample.ts';
import { type OpenTool, ofMainTurn } from './evidence/tools.ts';
import { reportLagMs } from './limits.ts';

/** By then a screen that lagged behind the program status has caught up. */
const drawnMs = 2_000;
/** By then a command has started its process, even on a busy machine. */
const beginsMs = 3_000;

export function claimsOf(e: Facts): readonly Claim[] {
  return [...status(e), ...screen(e), ...hooks(e), ...record(e), ...wire(e), ...processes(e)];
}

function status({ status: told }: Facts): readonly Claim[] {
  if (!told) return [];
  const { state, at: since } = told;
  const activity = state === 'working' ? 'working' : state === 'blocked' ? 'dialog' : 'idle';
  return [{ sense: 'status', activity, since, grade: 'fair' }];
}

function screen(e: Facts): readonly Claim[] {
  if (!e.screen) return [];
  const { facts, activitySince: since } = e.screen;
  const says = (activity: Activity, grade: Grade): Claim => ({ sense: 'screen', activity, since, grade });
  switch (facts.activity) {
    case 'unknown':
    case 'crashed':
      return [];
    case 'dialog':
      return facts.dialog === 'transcript' ? inTranscript(e, says) : [says('dialog', 'sure')];
    case 'limit':
    case 'compacting':
      return [says(facts.activity, 'sure')];
    case 'retrying':
      return [isTrying(e) ? says('working', 'fair') : says('retrying', 'sure')];
    case 'background': // the prompt is free, whatever the agent reports of its subagents' work
      return [says('idle', 'sure')];
    case 'idle':
      return [says('idle', isConfirmed(e) ? 'sure' : 'fair')];
    case 'tool':
      return [
        says('working', 'fair'),
        ...(commandIsOver(e) ? [] : [says('tool', e.turn.told?.working ? 'fair' : 'sure')]),
      ];
    case 'busy':
    case 'waiting':
      return [says('working', 'fair')];
  }
}

/**
 * The transcript view has neither prompt nor spinner. If it does not say that a turn runs, the other senses do; but
 * program status alone, which also means work in the background, does not begin one. If nobody tells how the turn goes
 * that was running when the view was opened, nothing is judged.
 */
function inTranscript(
  { screen, turn: { told, workingSince, idleSince }, status: said }: Facts,
  says: (activity: Activity, grade: Grade) => Claim,
): readonly Claim[] {
  if (screen?.facts.works) return [says('working', 'fair')];
  // A turn that hooks have begun may have ended without a word of theirs: the prompt was free since.
  const wasFree = workingSince === null && (told === null || (idleSince ?? 0) > told.at);
  if (told?.working === false || wasFree) return [says('idle', 'sure')];
  return told || said ? [] : [says('dialog', 'sure')];
}

/**
 * The countdown on the screen is over, and the agent's next try under way: it has sent a request since, or its time has
 * passed. The last second of a countdown may be drawn early.
 */
function isTrying({ screen, wire, now }: Facts): boolean {
  if (screen === null || screen.retryAt === null) return false;
  const { retryAt, facts } = screen;
  const inMs = facts.retry?.inMs;
  const askedAt = wire.lastConversationAt ?? 0;
  if (inMs === undefined) return askedAt > retryAt;
  return now > retryAt + reportLagMs || askedAt > retryAt - Math.min(inMs, reportLagMs);
}

/**
 * Whether to believe a free prompt over the program status: hooks agree or, without hooks, the screen is too recent to
 * be from before the status.
 */
function isConfirmed({ turn, status, screen, now }: Facts): boolean {
  if (turn.told) return !turn.told.working;
  return now - Math.max(status?.at ?? now, screen?.at ?? now) > drawnMs;
}

/** The screen shows a command but no sign that it runs, and a later look at the processes found none. */
function commandIsOver({ screen, sample }: Facts): boolean {
  if (!screen?.facts.command || !sample) return false;
  return sample.workers === 0 && sample.at > screen.activitySince;
}

function hooks({ turn, tools }: Facts): readonly Claim[] {
  if (!turn.told) return [];
  const { working, at } = turn.told;
  const open = ofMainTurn(tools).find(({ delegates, recorded }) => !delegates && !recorded);
  return [
    { sense: 'hooks', activity: working ? 'working' : 'idle', since: at, grade: 'fair' },
    ...(open ? [{ sense: 'hooks', activity: 'tool', since: open.startedAt, grade: 'sure' } as const] : []),
  ];
}

function record({ turn, tools, sample, now }: Facts): readonly Claim[] {
  const since = turn.retryAt;
  const begun = ofMainTurn(tools).find(
    (tool) => !tool.delegates && (tool.recorded || turn.told === null) && !waitsForItsTurn(tool, sample),
  );
  return [
    ...(since !== null && now < since
      ? [{ sense: 'record', activity: 'retrying', since, grade: 'sure' } as const]
      : []),
    ...(begun ? [{ sense: 'record', activity: 'tool', since: begun.startedAt, grade: 'fair' } as const] : []),
  ];
}

/**
 * Some agents record a call as soon as it is complete, but run it only once its whole message is complete. Until then a
 * command has no process.
 */
function waitsForItsTurn({ recorded, risk, startedAt }: OpenTool, sample: ProcessSample | null): boolean {
  return recorded && risk === 'command' && sample?.workers === 0 && sample.at - startedAt > beginsMs;
}

/**
 * Bytes do not show where an answer ends. The claim is sure only if hooks report the turn, and have reported no step of
 * the agent since the request.
 */
function wire(e: Facts): readonly Claim[] {
  const asked = connectionAsked(e.wire.connections);
  if (!asked || asked.requestAt === null) return [];
  const activity = asked.stage === 'request' ? 'requesting' : 'receiving';
  const grade = e.turn.told?.working && !hasStepAfterRequest(e, asked.requestAt) ? 'sure' : 'fair';
  return [{ sense: 'wire', activity, since: asked.requestAt, grade }];
}

function connectionAsked(connections: readonly Connection[]): Connection | null {
  let latest: Connection | null = null;
  for (const each of connections) if ((each.requestAt ?? -1) > (latest?.requestAt ?? -1)) latest = each;
  return latest;
}

/**
 * Whether hooks have reported a step of the agent (a prompt taken, a tool begun or ended, the turn ended) since its
 * latest request. If so, it is not the API that keeps the agent busy. If the two are too close to be ordered, the kind
 * of step decides: a prompt or a result is followed by a request at once, the end of a turn by none.
 */
export function hasStepAfterRequest(
  { turn: { told, toldAt } }: Pick<Facts, 'turn'>,
  requestAt: Millis | null,
): boolean {
  if (!told || toldAt === null) return false;
  const endsTurn = !told.working && told.at === toldAt;
  return (requestAt ?? 0) <= toldAt + (endsTurn ? reportLagMs : -reportLagMs);
}

function processes({ sample }: Facts): readonly Claim[] {
  if (!sample || sample.workers === 0) return [];
  return [{ sense: 'process', activity: 'tool', since: sample.at, grade: 'fair' }];
}
