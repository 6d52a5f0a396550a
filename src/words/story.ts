/** One incident as a person would tell it. Pure. */

import type { IncidentView } from '../records/incident-view.ts';
import { causeWords } from './cause.ts';
import type { TimelineLine } from './timeline.ts';

export interface Story {
  readonly headline: string;
  /** How it ended. */
  readonly outcome: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

const outcomeWords: { readonly [O in IncidentView['outcome']]: string } = {
  recovered: 'recovered',
  gave_up: 'not recovered: a person had to take over',
  user: 'ended by the person',
  open: 'not over',
  guard_gone: 'unknown, because its guard is gone',
};

const maybeFalsePositive = '; suspected false positive: the same silence came again, or ended by itself';

const actionWords: { readonly [A in IncidentView['actions'][number]['action']]: string } = {
  wait: 'waited',
  hold: 'held connections until the network was back',
  cut: 'cut dead connections, so that the agent asked again',
  nudge: 'told the agent to go on, in its own terminal',
  relaunch: 'stopped the agent and resumed the session',
  ask: 'asked the person',
};

export function tellStory(incident: IncidentView): Story {
  const lostMs =
    incident.ended_at === null ? null : Date.parse(incident.ended_at) - Date.parse(incident.began_at);
  const detectMs = Date.parse(incident.detected_at) - Date.parse(incident.began_at);
  const done = [...new Set(incident.actions.map(({ action }) => actionWords[action]))];
  return {
    headline: causeWords(incident.class).headline,
    outcome: outcomeWords[incident.outcome] + (incident.regretted_at === undefined ? '' : maybeFalsePositive),
    facts: [
      ['class', incident.class],
      ['noticed after', `${(detectMs / 1000).toFixed(1)} s`],
      [
        'lasted',
        lostMs === null
          ? incident.outcome === 'open'
            ? 'not over'
            : 'unknown'
          : `${(lostMs / 1000).toFixed(1)} s`,
      ],
      ['the guard', done.length === 0 ? 'watched' : done.join('; ')],
      ['cost', costOf(incident)],
    ],
  };
}

function costOf({ actions, outcome }: IncidentView): string {
  const taken = new Set(actions.map(({ action }) => action));
  if (taken.has('relaunch'))
    return 'the agent was restarted; the sentence in progress was lost, the session was kept';
  if (taken.has('nudge')) return 'the sentence in progress; same process';
  return outcome === 'gave_up' ? 'the turn' : 'time only; same process, same screen';
}

/** How many lines of a long timeline are shown at its beginning and its end. */
const shownLines = 30;

/** The timeline, without the middle if it is long. */
export function shortened(lines: readonly TimelineLine[]): readonly (TimelineLine | null)[] {
  if (lines.length <= 2 * shownLines) return lines;
  return [...lines.slice(0, shownLines), null, ...lines.slice(-shownLines)];
}

/** The part of the journal that belongs to an incident, in Unix milliseconds. */
export function stretch(incident: IncidentView, nowMs: number): readonly [from: number, to: number] {
  const end = incident.ended_at === null ? nowMs : Date.parse(incident.ended_at);
  return [Date.parse(incident.began_at) - 15_000, end + 5_000];
}
