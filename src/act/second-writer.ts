/**
 * Somebody may have opened the conversation elsewhere while ours was down. Two agents on one conversation both append
 * to its file, and one of the two branches is lost from view at the next resume (lab notes §4).
 */
import type { Runtime } from './runtime.ts';

/** Rejects, saying who it is, when another living agent is in the conversation. */
export async function refuseSecondWriter({
  session,
  launch,
}: Pick<Runtime, 'session' | 'launch'>): Promise<void> {
  const { doctor } = launch.adapter;
  if (doctor === null || session.transcriptPath === null) return;
  const pid = await doctor.findAgent(session.transcriptPath);
  if (pid !== null) throw new Error(`another agent (process ${pid}) has this conversation open`);
}
