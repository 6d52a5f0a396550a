/**
 * The dashboard for a screen reader, a log or a dumb terminal: the state of each session, then one line per change.
 * Commands are typed as words: `nudge RUN`, `incident ID`.
 */
import { createInterface } from 'node:readline';
import type { StatePaths } from '../platform/paths.ts';
import type { SessionOnDisk } from '../records/sessions.ts';
import { type PersonCommand, personCommands, sendCommand } from '../sensors/commands.ts';
import { homeRelative } from '../words/home.ts';
import { incidentTimeline } from '../words/incident-timeline.ts';
import { storyLines } from '../words/story-text.ts';
import type { TerminalStyle } from '../words/terminal-style.ts';
import { clockTime } from '../words/times.ts';
import type { News } from './model.ts';
import type { NewsSource } from './news.ts';

export interface PlainOptions {
  readonly state: StatePaths;
  readonly source: NewsSource;
  readonly style: TerminalStyle;
  readonly home: string;
  readonly print: (text: string) => void;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** Resolves when the person types `quit` or ends the input of a terminal. */
export async function watchPlain({ state, source, style, home, print, input }: PlainOptions): Promise<void> {
  const said = new Map<string, string>();
  let news: News = source.read();
  const tell = (next: News) => {
    news = next;
    for (const session of next.sessions) {
      const words = describe(session, home);
      if (said.get(session.status.run) === words) continue;
      said.set(session.status.run, words);
      print(`${clockTime(new Date(next.nowMs).toISOString())} ${session.status.run} ${words}`);
    }
  };
  const handleLine = (line: string): void => {
    const [word = '', id = ''] = line.trim().split(/\s+/);
    const command = personCommands.find((candidate) => candidate === word);
    if (command !== undefined) request(command, id);
    else if (word === 'incident') showIncident(id);
    else if (word !== '')
      print(`Not understood. Type ${personCommands.join(', ')} and a run; incident and an id; or quit.`);
  };
  const request = (command: PersonCommand, run: string): void => {
    const session = news.sessions.find(({ status, alive }) => alive && status.run === run);
    if (session !== undefined) sendCommand(session.paths, command);
    print(session === undefined ? `No running session ${run}.` : `Asked ${run} for: ${command}.`);
  };
  const showIncident = (id: string): void => {
    const incident = news.incidents.find((candidate) => candidate.id === id);
    if (incident === undefined) print(`No incident ${id}.`);
    else
      print(storyLines(incident, incidentTimeline(state, incident), { ...style, colour: false }).join('\n'));
  };

  if (news.sessions.length === 0) print('No guarded session. Start one with: guarded-claude');
  tell(news);
  const stop = source.subscribe(tell);
  const lines = createInterface({ input, terminal: false });
  await new Promise<void>((resolve) => {
    lines.on('line', (line) => (line.trim() === 'quit' ? resolve() : handleLine(line)));
    // The end of a pipe (or /dev/null) only means that nobody is typing.
    lines.on('close', () => input.isTTY === true && resolve());
  });
  lines.close();
  stop();
}

/** Leaves out times and countdowns, which would change every second. */
function describe({ status }: SessionOnDisk, home: string): string {
  const incidents =
    status.incidents === 0 ? '' : `, ${status.incidents} incident${status.incidents === 1 ? '' : 's'}`;
  const message = status.message === null ? '' : `: ${status.message.replace(/, next in .*$/, '')}`;
  return `${status.state.replace('_', ' ')}${message}, in ${homeRelative(status.cwd, home)}${incidents}`;
}
