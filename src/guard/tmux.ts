/**
 * What a guard does inside tmux: it shows its state on the pane, and keeps its entry in the resume map up to date. Any
 * of it may fail without the session noticing.
 */
import { variablesToStart } from '../agents/start-again.ts';
import { statePaths } from '../platform/paths.ts';
import { tmuxPlace } from '../platform/tmux.ts';
import { putOnMap, type ResumeEntry, takeOffMap } from '../records/resume-map.ts';
import type { SessionState } from '../records/status.ts';
import { openTmuxPane } from '../records/tmux-pane.ts';
import type { Conversation } from './conversation.ts';
import { launchNow } from './launch-now.ts';
import { resumeArguments, withoutGiven } from './resume-command.ts';
import type { Run } from './run.ts';

export interface Tmux {
  /** The session's state, or part of its entry in the map, may have changed. */
  told(state: SessionState): void;
  close(limitMs: number): Promise<void>;
}

/**
 * Null outside tmux.
 * @param isSignalled whether the guard was told to end: hang-up, shutdown
 */
export function openTmux(
  run: Run,
  conversation: Conversation,
  isSignalled: () => boolean,
  degraded: (detail: string) => void,
): Tmux | null {
  const { launch, paths } = run;
  const place = tmuxPlace(launch.env);
  if (place === null) return null;
  const state = statePaths(launch.env);
  let address: string | null = null;
  let onMap = '';
  let failed = false;
  let writing: Promise<void> = Promise.resolve();

  const write = (work: () => Promise<void>): void => {
    writing = writing.then(work).catch((error: unknown) => {
      if (!failed) degraded(`resume map: ${error instanceof Error ? error.message : String(error)}`);
      failed = true;
    });
  };
  const note = (): void => {
    const command = storableCommand(run, conversation);
    if (address === null || command === null) return;
    const entry: Omit<ResumeEntry, 'updated_at'> = {
      run: paths.run,
      socket: place.socket,
      server_pid: place.server.pid,
      server_start_time: place.server.startTime,
      pane: address,
      cwd: launchNow(run, conversation).cwd,
      ...command,
      variables: variablesToStart(launch),
    };
    const text = JSON.stringify(entry);
    if (text === onMap) return;
    onMap = text;
    write(() => putOnMap(state, { ...entry, updated_at: new Date().toISOString() }));
  };
  const pane = openTmuxPane({
    place,
    env: launch.env,
    degraded,
    located(next) {
      address = next;
      note();
    },
  });
  return {
    told(next) {
      pane.show(next);
      note();
    },
    async close(limitMs) {
      // A session that was hung up or shut down may be restored later (closed-pane.ts). One that the person has left not.
      if (!isSignalled() && onMap !== '') write(() => takeOffMap(state, paths.run));
      await Promise.all([pane.close(limitMs), writing]);
    },
  };
}

/** Null while there is nothing to resume, or while this agent's command line is unknown. */
function storableCommand(
  run: Run,
  conversation: Conversation,
): Pick<ResumeEntry, 'session_id' | 'args' | 'left_out'> | null {
  const { adapter, named } = launchNow(run, conversation);
  const { id } = conversation;
  const resumed = resumeArguments(run, conversation);
  if (adapter.storableArguments === null || id === null || resumed === null) return null;
  const lasting = withoutGiven(run, resumed);
  const gone = resumed.filter((word) => !lasting.includes(word) && word.startsWith('-'));
  const { args: kept, left } = adapter.storableArguments(lasting);
  return { session_id: id, args: [...named, ...kept], left_out: [...gone.map(flagName), ...left] };
}

const flagName = (word: string) => word.split('=', 1)[0] ?? word;
