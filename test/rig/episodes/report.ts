/**
 * What is printed of an episode that went wrong: its plan, the world's truth with times, the screen, the guard's own
 * story.
 */
import { runPaths, statePaths } from '../../../src/platform/paths.ts';
import { readIncidents } from '../../../src/records/incidents.ts';
import { readJournal } from '../../../src/records/journal-reader.ts';
import { readSessions } from '../../../src/records/sessions.ts';
import type { Violation } from './check.ts';
import { describePlan } from './describe-plan.ts';
import type { Plan } from './plan.ts';
import type { Played } from './play.ts';
import type { WorldLog } from './world-log.ts';

export function reportOf(plan: Plan, { log, screen, env }: Played, violations: readonly Violation[]): string {
  return [
    ...describePlan(plan),
    ...violations.map(({ rule, what }) => `  ✗ ${rule}: ${what}`),
    '--- what happened',
    ...story(log),
    '--- screen',
    screen,
    '--- the guard itself',
    ...guardStory(env),
    '',
  ].join('\n');
}

function story({ entries, requests, effects, end }: WorldLog): readonly string[] {
  const beganAt = Math.min(...entries.map(({ at }) => at), ...requests.map(({ at }) => at));
  const lines = [
    ...entries.map(({ at, type, ...more }) => ({ at, text: `${type} ${wordsOf(more)}` })),
    ...requests.flatMap(({ number, at, endedAt, ended, gave, tag }) => [
      { at, text: `request ${number} (${tag ?? 'no prompt'}) gets ${gave}` },
      { at: endedAt ?? Number.MAX_SAFE_INTEGER, text: `request ${number} ended: ${ended ?? 'not at all'}` },
    ]),
  ];
  const seconds = (at: number) =>
    at === Number.MAX_SAFE_INTEGER ? '     –' : ((at - beganAt) / 1_000).toFixed(2).padStart(6);
  const history = requests.at(-1);
  return [
    ...lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `${seconds(at)} ${text}`),
    `marks: ${wordsOf(effects)}`,
    `end: ${wordsOf(end ?? {})}`,
    'the user’s messages in the last request:',
    ...(history?.userTexts ?? [])
      .filter((text) => !text.startsWith('<system-reminder>'))
      .map((text) => `  · ${text.replace(/\s+/g, ' ').slice(0, 400)}`),
    `results: ${(history?.results ?? []).map(({ id, text }) => `${id}: ${text.slice(0, 80)}`).join(' | ')}`,
  ];
}

const wordsOf = (values: object) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');

/** Comes all the time. */
const dull = /"type":"(tick|output|agent\.sample|connection\.bytes|screen\.rows)"/;
const linesShown = 70;
const lineLength = 260;

function guardStory(env: Readonly<Record<string, string>>): readonly string[] {
  const state = statePaths(env);
  const status = readSessions(state).at(-1)?.status;
  const journal = readJournal(runPaths(state, status?.run ?? '').journal).flatMap(({ entries }) => entries);
  return [
    ...readIncidents(state).map(
      (incident) =>
        `${incident.class} ${incident.outcome}: ${incident.actions.map(({ action, detail }) => `${action} (${detail})`).join(', ')}`,
    ),
    ...journal
      .map((entry) => JSON.stringify(entry))
      .filter((line) => !dull.test(line))
      .slice(-linesShown)
      .map((line) => line.slice(0, lineLength)),
  ];
}
