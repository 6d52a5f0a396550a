/**
 * A guard that is hung up on inside tmux has lost its pane or its whole server. If the server outlives it, the person
 * has closed the pane, and nothing is to be restored.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { statePaths } from '../platform/paths.ts';
import { isServerAlive, readResumeMap, takeOffMap } from '../records/resume-map.ts';
import type { Run } from './run.ts';

/** A server that ends closes its panes first. */
const serverEndMs = 500;
const lookMs = 100;

/**
 * To be called when the agent has gone. Takes the run off the resume map if only its pane was closed. Never rejects.
 */
export async function forgetClosedPane({ launch, paths }: Run): Promise<void> {
  const state = statePaths(launch.env);
  const entry = readResumeMap(state).find(({ run }) => run === paths.run);
  if (entry === undefined) return;
  for (const end = performance.now() + serverEndMs; performance.now() < end; await pause(lookMs))
    if (!isServerAlive(entry)) return;
  await takeOffMap(state, paths.run).catch(() => {}); // then it can be restored once too often
}
