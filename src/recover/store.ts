/**
 * Where the snapshot is kept: beside the transcript, as `<session-id>.recovery.json`. It holds text of the
 * conversation, so it is kept where the conversation is and nowhere else, and only its owner can read it.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../platform/atomic-file.ts';
import type { RecoverySnapshot } from './snapshot.ts';

export type Saved =
  | { readonly ok: true; readonly path: string }
  /** Memory then holds the only copy, so the caller must not kill. */
  | { readonly ok: false; readonly detail: string };

const snapshotSuffix = '.recovery.json';
/** Other programs' files may end the same way. The agent names its sessions by such ids. */
const sessionId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The session of a snapshot's file. Null: it is no snapshot. */
export function sessionOfSnapshot(name: string): string | null {
  const id = name.endsWith(snapshotSuffix) ? name.slice(0, -snapshotSuffix.length) : '';
  return sessionId.test(id) ? id : null;
}

export function snapshotPath(transcriptPath: string, sessionId: string): string {
  // The id comes from a hook, so only safe characters may reach a path.
  return join(dirname(transcriptPath), `${sessionId.replace(/[^a-zA-Z0-9-]/g, '_')}${snapshotSuffix}`);
}

/**
 * Writes the snapshot so that a reader, or a crash, sees the old file or the new one, never half of one. Never throws.
 */
export async function saveSnapshot(path: string, snapshot: RecoverySnapshot): Promise<Saved> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 }); // the agent makes the folder with its first record
    await replaceFile(path, `${JSON.stringify(snapshot, null, 2)}\n`, { durable: true });
    return { ok: true, path };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
