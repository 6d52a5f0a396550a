/**
 * Runs one drill: opens a stage, causes the fault, waits until the turn has ended, and reads what the guard has
 * recorded. Whether the drill succeeded is judged by the API's own record, not by the guard's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncidentRecord } from '../records/incidents.ts';
import { type DrillScenario, type ScenarioName, scenarios } from './scenarios.ts';
import { finished, openStage, type Stage } from './stage.ts';

export interface DrillResult {
  readonly scenario: ScenarioName;
  readonly what: string;
  readonly expect: DrillScenario['expect'];
  /** Class of the first incident that the guard recorded; null: none. */
  readonly class: string | null;
  /** Everything that the guard did, in order. */
  readonly actions: readonly IncidentRecord['actions'][number]['action'][];
  readonly outcome: IncidentRecord['outcome'] | null;
  /** From the start of the fault to its detection by the guard. */
  readonly detect_ms: number | null;
  /** From the start of the fault to the end of the turn; null: the turn never ended. */
  readonly recover_ms: number | null;
  /** The agent's process has survived. */
  readonly same_process: boolean | null;
  readonly ok: boolean;
  /** Why the drill failed; null if it is ok. */
  readonly problem: string | null;
}

/** Max time for a turn to recover. */
const patienceMs = 45_000;
/** An incident is closed a moment after its turn has ended. The drill waits at most this long for that. */
const settleMs = 15_000;

async function settledIncidents(stage: Stage): Promise<readonly IncidentRecord[]> {
  for (const until = Date.now() + settleMs; Date.now() < until; await sleep(100)) {
    const incidents = stage.incidents();
    if (incidents.length > 0 && incidents.every(({ outcome }) => outcome !== 'open')) break;
    if (incidents.length === 0 && Date.now() > until - settleMs + 500) break;
  }
  return stage.incidents();
}

function problemOf(
  stage: Stage,
  scenario: DrillScenario,
  incidents: readonly IncidentRecord[],
  ended: boolean,
): string | null {
  if (!ended) return 'the turn did not come to its end';
  if (stage.api.turns().at(-1)?.ended !== 'complete') return 'the last answer was not read to its end';
  const acted = incidents.flatMap(({ actions }) => actions).find(({ action }) => action !== 'wait');
  if (scenario.expect === 'no action')
    return acted ? `the guard acted: ${acted.action} (${acted.detail})` : null;
  const bad = incidents.find(({ outcome }) => outcome === 'gave_up' || outcome === 'open');
  return bad ? `incident ${bad.class} ended as ${bad.outcome}` : null;
}

/**
 * Never rejects: a failed drill is a result.
 *
 * @param agent path of the real agent; null: the simulated one
 * @param signal ends the drill early, with everything cleaned up
 */
export async function runDrill(
  name: ScenarioName,
  agent: string | null,
  signal: AbortSignal,
): Promise<DrillResult> {
  const scenario: DrillScenario = scenarios[name];
  const nothing = {
    class: null,
    actions: [],
    outcome: null,
    detect_ms: null,
    recover_ms: null,
    same_process: null,
  };
  const common = { scenario: name, what: scenario.what, expect: scenario.expect };
  const { tools = 'allow', settings = {} } = scenario;
  let stage: Stage | null = null;
  try {
    stage = await openStage({ agent, tools, settings, signal });
    signal.throwIfAborted();
    const before = stage.agentPid();
    const beganAt = await scenario.play(stage);
    const ended = await stage.terminal.waitFor(finished, patienceMs).then(
      () => true,
      () => false,
    );
    const recoveredAt = Date.now();
    const incidents = await settledIncidents(stage);
    const first = incidents.find(({ detected_at }) => Date.parse(detected_at) >= beganAt) ?? incidents[0];
    const problem = problemOf(stage, scenario, incidents, ended);
    return {
      ...common,
      class: first?.class ?? null,
      actions: incidents.flatMap(({ actions }) => actions.map(({ action }) => action)),
      outcome: first?.outcome ?? null,
      detect_ms: first ? Math.max(0, Date.parse(first.detected_at) - beganAt) : null,
      recover_ms: ended ? recoveredAt - beganAt : null,
      same_process: stage.status()?.agent_pid === before,
      ok: problem === null,
      problem: problem === null || ended ? problem : `${problem}; the screen:\n${stage.terminal.text()}`,
    };
  } catch (error) {
    return {
      ...common,
      ...nothing,
      ok: false,
      problem: error instanceof Error ? error.message : String(error),
    };
  } finally {
    await stage?.close();
  }
}
