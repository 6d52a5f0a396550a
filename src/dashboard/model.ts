/** What the dashboard knows, and how keys and news change it. Pure: the same data and keys give the same screen. */

import type { IncidentView } from '../records/incident-view.ts';
import type { SessionOnDisk } from '../records/sessions.ts';
import type { SessionState, Status } from '../records/status.ts';
import type { PersonCommand } from '../sensors/commands.ts';

export interface News {
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly sessions: readonly SessionOnDisk[];
  readonly incidents: readonly IncidentView[];
}

export type View = 'sessions' | 'incidents' | 'story';

export interface Model extends News {
  readonly view: View;
  /** Run of the chosen session, which stays chosen while others come and go. */
  readonly run: string | null;
  /** Id of the chosen incident. */
  readonly incident: string | null;
  /** First line of the story that is shown. */
  readonly scroll: number;
  /** A command that waits for "y", and the run that the question named. */
  readonly confirm: { readonly command: PersonCommand; readonly run: string } | null;
  readonly message: { readonly text: string; readonly untilMs: number } | null;
  /** Silence of each run's connections, one sample per update. */
  readonly silences: ReadonlyMap<string, readonly (number | null)[]>;
}

/** What a key means, by view. The handling of keys and the line that explains them use this one table. */
export interface KeyMeaning {
  readonly keys: readonly string[];
  readonly action: Action;
  readonly label: string;
  readonly views: readonly View[];
}
export type Action = 'up' | 'down' | 'open' | 'back' | 'nudge' | 'relaunch' | 'pause' | 'yes' | 'quit';

const every = ['sessions', 'incidents', 'story'] as const;

export const keyTable: readonly KeyMeaning[] = [
  { keys: ['up', 'k'], action: 'up', label: '', views: every },
  { keys: ['down', 'j'], action: 'down', label: 'up/down choose', views: ['sessions', 'incidents'] },
  { keys: ['down', 'j'], action: 'down', label: 'up/down scroll', views: ['story'] },
  { keys: ['return', 'i'], action: 'open', label: 'Enter incidents', views: ['sessions'] },
  { keys: ['return'], action: 'open', label: 'Enter story', views: ['incidents'] },
  { keys: ['n'], action: 'nudge', label: 'n nudge', views: ['sessions'] },
  { keys: ['r'], action: 'relaunch', label: 'r relaunch', views: ['sessions'] },
  { keys: ['p'], action: 'pause', label: 'p pause', views: ['sessions'] },
  { keys: ['escape', 'left', 'backspace'], action: 'back', label: 'Esc back', views: ['incidents', 'story'] },
  { keys: ['q'], action: 'quit', label: 'q quit', views: every },
  { keys: ['y'], action: 'yes', label: '', views: every },
];

export type Request =
  | { readonly type: 'send'; readonly session: SessionOnDisk; readonly command: PersonCommand }
  | { readonly type: 'quit' };

export interface Change {
  readonly model: Model;
  readonly request: Request | null;
}

const samplesKept = 60;
const messageMs = 4_000;

export const emptyModel: Model = {
  nowMs: 0,
  sessions: [],
  incidents: [],
  view: 'sessions',
  run: null,
  incident: null,
  scroll: 0,
  confirm: null,
  message: null,
  silences: new Map(),
};

export function withNews(model: Model, news: News): Model {
  const silences = new Map(
    news.sessions.map(({ status }) => {
      const before = model.silences.get(status.run) ?? [];
      return [status.run, [...before, silenceOf(status, news.nowMs)].slice(-samplesKept)] as const;
    }),
  );
  const message = model.message !== null && model.message.untilMs > news.nowMs ? model.message : null;
  return { ...model, ...news, silences, message };
}

/** States in which silence says something about the line. In the others, an open connection is rightly silent. */
const lively: ReadonlySet<SessionState> = new Set(['working', 'waiting', 'suspect', 'recovering']);

function silenceOf({ state, connection, updated_at }: Status, nowMs: number): number | null {
  if (!lively.has(state) || connection === null || connection.open === 0 || connection.silent_ms === null)
    return null;
  return connection.silent_ms + Math.max(0, nowMs - Date.parse(updated_at));
}

const sessionOf = (model: Model, run: string | null): SessionOnDisk | null =>
  model.sessions.find(({ status }) => status.run === run) ?? null;

export const chosenSession = (model: Model): SessionOnDisk | null =>
  sessionOf(model, model.run) ?? model.sessions[0] ?? null;

/** Incidents of the chosen session, newest first. */
export function chosenSessionIncidents(model: Model): readonly IncidentView[] {
  const run = chosenSession(model)?.status.run;
  return model.incidents.filter((incident) => incident.run === run).toReversed();
}

export const chosenIncident = (model: Model): IncidentView | null =>
  chosenSessionIncidents(model).find(({ id }) => id === model.incident) ??
  chosenSessionIncidents(model)[0] ??
  null;

/** @param key a name (`up`, `return`, `escape`) or the character typed */
export function withKey(model: Model, key: string): Change {
  const action = keyTable.find(({ keys, views }) => keys.includes(key) && views.includes(model.view))?.action;
  if (model.confirm !== null) {
    const asked = { ...model, confirm: null };
    const { command, run } = model.confirm;
    return action === 'yes' ? send(asked, sessionOf(model, run), command) : stay(asked);
  }
  switch (action) {
    case 'up':
      return stay(move(model, -1));
    case 'down':
      return stay(move(model, 1));
    case 'open':
      return stay(open(model));
    case 'back':
      return stay({ ...model, view: model.view === 'story' ? 'incidents' : 'sessions', scroll: 0 });
    case 'nudge':
      return ask(model, 'nudge');
    case 'relaunch':
      return ask(model, 'relaunch');
    case 'pause':
      return pause(model);
    case 'quit':
      return { model, request: { type: 'quit' } };
    default:
      return stay(model);
  }
}

const stay = (model: Model): Change => ({ model, request: null });

function move(model: Model, by: number): Model {
  if (model.view === 'story') return { ...model, scroll: Math.max(0, model.scroll + by) };
  if (model.view === 'incidents') {
    const next = neighbour(chosenSessionIncidents(model), chosenIncident(model), by);
    return { ...model, incident: next?.id ?? null };
  }
  const next = neighbour(model.sessions, chosenSession(model), by);
  return { ...model, run: next?.status.run ?? null };
}

function neighbour<Thing>(things: readonly Thing[], chosen: Thing | null, by: number): Thing | undefined {
  const at = chosen === null ? 0 : things.indexOf(chosen);
  return things[Math.min(things.length - 1, Math.max(0, at + by))];
}

function open(model: Model): Model {
  const session = chosenSession(model);
  if (session === null) return model;
  if (model.view === 'sessions')
    return { ...model, view: 'incidents', run: session.status.run, incident: null };
  const incident = chosenIncident(model);
  return incident === null ? model : { ...model, view: 'story', incident: incident.id, scroll: 0 };
}

/** A cure touches a living agent, so the person has to confirm it. */
function ask(model: Model, command: PersonCommand): Change {
  const session = chosenSession(model);
  if (session === null || !session.alive) return stay(ended(model));
  const { run } = session.status;
  return stay({ ...model, run, confirm: { command, run } });
}

function pause(model: Model): Change {
  const session = chosenSession(model);
  return send(model, session, session?.status.state === 'paused' ? 'continue' : 'pause');
}

function send(model: Model, session: SessionOnDisk | null, command: PersonCommand): Change {
  if (session === null || !session.alive) return stay(ended(model));
  const text = `asked ${session.status.run} for: ${command}`;
  return { model: say(model, text), request: { type: 'send', session, command } };
}

const ended = (model: Model) => say(model, 'this session has ended');

export const say = (model: Model, text: string): Model => ({
  ...model,
  message: { text, untilMs: model.nowMs + messageMs },
});
