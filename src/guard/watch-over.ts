/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands. Everything here may fail without the
 * session noticing: what fails is reported once and done without.
 */

import { dirname } from 'node:path';
import { isAtRest } from '../decide/at-rest.ts';
import { lookAgainAt, step } from '../decide/machine.ts';
import type { Event } from '../events.ts';
import { boxOf } from '../person/hands/input-box.ts';
import { configFile } from '../platform/paths.ts';
import { castPath, createCast } from '../records/cast.ts';
import type { IncidentRecord } from '../records/incidents.ts';
import { loadTemplate } from '../recover/template.ts';
import { sayDeafness } from './deaf.ts';
import type { End } from './fail-open.ts';
import { endsTurn, follow } from './follow.ts';
import { createHurry } from './hurry.ts';
import type { Loop } from './loop.ts';
import { createPerformer } from './perform.ts';
import { openRecords } from './records.ts';
import type { Runtime } from './runtime.ts';
import { openSenses } from './senses.ts';
import { followResume, sessionLooker } from './session.ts';
import { openTmux } from './tmux.ts';

/** How often the new id of a resumed conversation is looked for. */
const followMs = 2_000;
/** For so long after an Enter its record is looked for. */
const followedMs = 10_000;
/** The last words of notifications and of the terminal. */
const farewellMs = 1_000;

/** @param warnings to be said once there is somebody to say them to. Resolves when the agent is gone for good. */
export async function watchOver(runtime: Runtime, loop: Loop, warnings: readonly string[]): Promise<End> {
  const { config, launch, terminal, composer } = runtime;
  /** Of an agent that takes no hooks and can change its id with a resume (1.0.56). */
  let resumedAtMs: number | null = null;
  const tells = launch.adapter.abilities(runtime.version).settingsFlag;
  if (config.records.cast) runtime.cast = createCast(terminal);
  const senses = openSenses(runtime);
  runtime.catchUp = senses.catchUp;
  const lookForSession = sessionLooker(runtime);
  const hearing = sayDeafness(runtime);
  const records = openRecords(runtime, loop, (bytes) => terminal.inject(bytes));
  const { reporter, degraded } = records;
  const tmux = openTmux(runtime, degraded);
  const hurry = createHurry(loop);
  const end = new Promise<End>((resolve) => {
    const perform = createPerformer(runtime, {
      ...records,
      probe: () => senses.probe(),
      incident: ({ incident }) => saveCast(runtime, reporter.recordOf(incident), degraded),
      exit: ({ code, signal }) => resolve({ code, signal }),
    });
    loop.begin({
      step,
      lookAgainAt,
      isAtRest,
      rest: senses.rest,
      turned(event, before, result) {
        if (event.type === 'agent.started') resumedAtMs = event.resumed && !tells ? Date.now() : null;
        if (event.type === 'session' && event.sessionId !== runtime.session.id) resumedAtMs = null;
        runtime.paused = result.state.paused;
        follow(runtime, event);
        if (endsTurn(event, before.evidence, result.state.evidence))
          runtime.session = { ...runtime.session, hadTurn: true };
        if (event.type === 'input' && event.kind === 'enter') noteEnter(runtime);
        if (event.type === 'screen') {
          runtime.facts = event.facts;
          runtime.vim ||= boxOf(runtime)?.vimInsert === true;
        }
        if (event.type === 'turn.started' || event.type === 'request.sent') runtime.begun++;
        composer.happened(event, before.evidence, result.state.evidence, keeps(runtime));
        if (looksForSession(runtime, event)) lookForSession();
        senses.tell(event, result.state.evidence);
        hearing(result.state.evidence);
        hurry.turned(result.state);
        const told = reporter.turned(event, before, result);
        tmux?.told(told);
      },
      perform,
    });
  });
  records.tellKnown(warnings);
  terminal.observeKeys((tokens) => composer.typed(tokens, keeps(runtime), Date.now()));
  const { template, warning } = await loadTemplate(dirname(configFile(launch.env)));
  runtime.promptTemplate = template;
  if (warning !== null) degraded(warning);
  await senses.start();
  const followNow = () => {
    if (resumedAtMs !== null) void followResume(runtime, resumedAtMs);
  };
  const successor = tells ? undefined : setInterval(followNow, followMs);

  const result = await end;
  hurry.stop();
  clearInterval(successor);
  await senses.stop();
  await Promise.all([records.close(farewellMs), tmux?.close(farewellMs), terminal.flush(farewellMs)]);
  return result;
}

/** As many as can have come since the last look on disk, and some more: one may have been for a dialog. */
const maxEnters = 20;

function noteEnter({ enteredMs }: Runtime): void {
  enteredMs.push(Date.now());
  if (enteredMs.length > maxEnters) enteredMs.shift();
}

/** With each picture until the conversation is known; without hooks also after each Enter, which may have been /clear. */
function looksForSession({ session, hookSource, enteredMs }: Runtime, event: Event): boolean {
  if (event.type === 'turn.started') return true;
  if (event.type === 'screen') return session.id === null || session.transcriptPath === null;
  const entered = enteredMs.at(-1);
  return (
    event.type === 'tick' && !hookSource.heard() && entered !== undefined && Date.now() - entered < followedMs
  );
}

/** Also while an incident lasts: what is kept is only the latest minute. */
function saveCast(
  { cast, paths }: Runtime,
  incident: IncidentRecord,
  degraded: (detail: string) => void,
): void {
  try {
    cast?.save(castPath(paths, incident.id), `${incident.class}: ${incident.outcome}`);
  } catch (error) {
    degraded(`cast: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The person's keys are with us, and not in the agent's box. */
const keeps = ({ pty, terminal }: Runtime): boolean => pty === null || terminal.keptBytes > 0;
