/** The dashboard on a terminal: draws the model and turns keys into changes of it. */
import { Box, type Key, Text, useApp, useInput, useStdout } from 'ink';
import { useEffect, useReducer, useSyncExternalStore } from 'react';
import type { StatePaths } from '../platform/paths.ts';
import { sendCommand } from '../sensors/commands.ts';
import { shorten, wrap } from '../words/columns.ts';
import { incidentTimeline } from '../words/incident-timeline.ts';
import { storyLines } from '../words/story-text.ts';
import type { TerminalStyle } from '../words/terminal-style.ts';
import { clockTime } from '../words/times.ts';
import {
  chosenIncident,
  chosenSession,
  chosenSessionIncidents,
  type Model,
  type Request,
  say,
  withKey,
} from './model.ts';
import { alarm, details, footer, incidentRow, type Look, sessionHeads, sessionRow, visible } from './rows.ts';
import type { Store } from './store.ts';

export interface AppProps {
  readonly state: StatePaths;
  readonly store: Store;
  readonly style: TerminalStyle;
  readonly home: string;
}

export function App({ state, store, style, home }: AppProps) {
  const { exit } = useApp();
  const { columns, rows } = useSize();
  const model = useSyncExternalStore(store.subscribe, store.get);
  useInput((input, key) => {
    // Reads the store, not the model that was drawn last: two keys may come before the next drawing.
    const { model: next, request } = withKey(store.get(), keyName(input, key));
    if (request?.type === 'quit') return exit();
    store.set(request === null ? next : sent(next, request));
  });
  const look: Look = { columns: columns - 1, rows, unicode: style.unicode, home };
  const running = model.sessions.filter(({ alive }) => alive).length;
  const title = `guarded-claude  ${running} running`;
  const clock = clockTime(new Date(model.nowMs).toISOString());
  return (
    <Box flexDirection="column" height={rows - 1} width={look.columns}>
      <Text bold wrap="truncate">
        {shorten(title.padEnd(look.columns - clock.length) + clock, look.columns, look)}
      </Text>
      <Box flexDirection="column" flexGrow={1}>
        {model.view === 'sessions' && <Sessions model={model} look={look} colour={style.colour} />}
        {model.view === 'incidents' && <Incidents model={model} look={look} />}
        {model.view === 'story' && <StoryView model={model} look={look} state={state} />}
      </Box>
      <Text dimColor={style.colour && model.confirm === null} bold={model.confirm !== null} wrap="truncate">
        {footer(model, look)}
      </Text>
    </Box>
  );
}

function sent(model: Model, { session, command }: Extract<Request, { type: 'send' }>): Model {
  try {
    sendCommand(session.paths, command);
    return model;
  } catch (error) {
    return say(model, `not sent: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const colours = { calm: 'green', busy: 'cyan', watch: 'yellow', alarm: 'red', gone: 'gray' } as const;

function Sessions({ model, look, colour }: { model: Model; look: Look; colour: boolean }) {
  if (model.sessions.length === 0) return <Text>No guarded session. Start one with: guarded-claude</Text>;
  const chosen = chosenSession(model);
  const below = details(model, look);
  const room = look.rows - 5 - below.length;
  const shown = visible(model.sessions, chosen === null ? 0 : model.sessions.indexOf(chosen), room);
  return (
    <>
      <Text wrap="truncate">{sessionHeads(look)}</Text>
      <Box flexDirection="column" flexGrow={1}>
        {shown.map((session) => (
          <Text
            key={session.status.run}
            wrap="truncate"
            bold={session === chosen}
            {...(colour ? { color: colours[alarm[session.status.state]] } : {})}
          >
            {sessionRow(session, model, session === chosen, look)}
          </Text>
        ))}
      </Box>
      {below.map((line, index) => (
        <Text key={line} wrap="truncate" bold={index === 0}>
          {line}
        </Text>
      ))}
    </>
  );
}

function Incidents({ model, look }: { model: Model; look: Look }) {
  const incidents = chosenSessionIncidents(model);
  const chosen = chosenIncident(model);
  const shown = visible(incidents, chosen === null ? 0 : incidents.indexOf(chosen), look.rows - 4);
  return (
    <>
      <Text wrap="truncate">
        {shorten(`Incidents of ${model.run ?? ''}, newest first`, look.columns, look)}
      </Text>
      {incidents.length === 0 && <Text>none</Text>}
      {shown.map((incident) => (
        <Text key={incident.id} wrap="truncate" bold={incident === chosen}>
          {incidentRow(incident, incident === chosen, look)}
        </Text>
      ))}
    </>
  );
}

const uncoloured: Omit<TerminalStyle, 'columns' | 'unicode'> = { colour: false, control: false };

function StoryView({ model, look, state }: { model: Model; look: Look; state: StatePaths }) {
  const incident = chosenIncident(model);
  if (incident === null) return <Text>This incident is no longer on record.</Text>;
  const lines = linesOf(incident, state, look);
  const room = look.rows - 3;
  const first = Math.min(model.scroll, Math.max(0, lines.length - room));
  return lines.slice(first, first + room).map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
    <Text key={first + index} wrap="truncate">
      {line === '' ? ' ' : line}
    </Text>
  ));
}

/**
 * The story of the incident that was shown last. It is cached because reading the journal takes a moment, and the
 * screen is drawn every second.
 */
let told: { readonly key: string; readonly lines: readonly string[] } | null = null;

function linesOf(incident: NonNullable<ReturnType<typeof chosenIncident>>, state: StatePaths, look: Look) {
  const key = `${incident.id} ${incident.outcome} ${incident.actions.length} ${look.columns}`;
  if (told?.key !== key) {
    const style = { ...uncoloured, columns: look.columns, unicode: look.unicode };
    const lines = storyLines(incident, incidentTimeline(state, incident), style);
    told = { key, lines: lines.flatMap((line) => folded(line, look.columns)) };
  }
  return told.lines;
}

/** A long line continues below, indented. */
function folded(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...rest] = wrap(line.trimStart(), columns - indent.length - 2);
  return [indent + first, ...rest.map((text) => `${indent}  ${text}`)];
}

function keyName(input: string, key: Key): string {
  const named = (
    ['upArrow', 'downArrow', 'leftArrow', 'return', 'escape', 'backspace', 'delete'] as const
  ).find((name) => key[name]);
  if (named === 'delete') return 'backspace'; // what terminals send for Backspace
  return named === undefined ? input : named.replace('Arrow', '');
}

function useSize(): { readonly columns: number; readonly rows: number } {
  const { stdout } = useStdout();
  const [size, setSize] = useReducer(() => sizeOf(stdout), sizeOf(stdout));
  useEffect(() => {
    stdout.on('resize', setSize);
    return () => void stdout.off('resize', setSize);
  }, [stdout]);
  return size;
}

const sizeOf = (stdout: NodeJS.WriteStream) => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
