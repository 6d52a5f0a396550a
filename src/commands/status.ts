import { statePaths } from '../platform/paths.ts';
import { readSessions } from '../records/sessions.ts';
import { type SessionState, sessionStates } from '../records/status.ts';
import { parse } from './arguments.ts';
import { print } from './output.ts';

/** States that stand out in a status line, with their tmux colours. */
const tmuxColours: { readonly [S in SessionState]?: string } = {
  blocked: 'yellow',
  waiting: 'yellow',
  suspect: 'yellow',
  recovering: 'yellow',
  gave_up: 'red',
};

/** `guardctl status [--tmux]`: `claude: 2 working, 1 waiting`; nothing if no session runs. */
export async function run(args: readonly string[]): Promise<number> {
  const { options } = parse(args, ['tmux'], 0);
  const states = readSessions(statePaths(process.env))
    .filter(({ alive }) => alive)
    .map(({ status }) => status.state);
  const parts = Object.keys(sessionStates).flatMap((state) => {
    const count = states.filter((candidate) => candidate === state).length;
    if (count === 0) return [];
    const text = `${count} ${state.replace('_', ' ')}`;
    const colour = options.tmux ? tmuxColours[state as SessionState] : undefined;
    return [colour === undefined ? text : `#[fg=${colour}]${text}#[default]`];
  });
  if (parts.length > 0) print(`claude: ${parts.join(', ')}`);
  return 0;
}
