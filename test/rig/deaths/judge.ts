/** What must be so on disk, after a death and after the next guard. The guard is not asked. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { statePaths } from '../../../src/platform/paths.ts';
import { readSessions } from '../../../src/records/sessions.ts';
import type { Written } from './conversation.ts';
import type { Life, Place } from './place.ts';

type Broke = (rule: string, what: string) => void;

const digestOf = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

/** What holds at every instant, even if the guard is killed or the disk fails. */
export function judgeInstants(place: Place, before: Buffer, life: Life, broke: Broke): void {
  const after = readFileSync(place.transcript);
  const sound = [digestOf(before), digestOf(after)];
  for (const told of life.told) {
    if ('transcript' in told && !sound.includes(told.transcript))
      broke('the conversation is the old one or the new one', told.transcript);
    if ('transcript' in told && !told.kept)
      broke('the original is kept before it is replaced', told.transcript);
    if ('outside' in told) broke('nothing is written elsewhere', told.outside);
  }
  if (!after.equals(before)) judgeContent(after, place, broke);
  judgeModes(place, broke);
  for (const { alive, status } of readSessions(statePaths(place.env)))
    if (alive || status.state !== 'ended')
      broke('no dead guard is listed as living', `${status.run} ${status.state}`);
}

/** A repaired conversation holds everything that could be read, and each call at its end has a result. */
function judgeContent(after: Buffer, place: Place & { readonly written?: Written }, broke: Broke): void {
  const { written } = place;
  if (written === undefined) return;
  const lines = after.toString('utf8').split('\n');
  if (lines.pop() !== '') broke('a repaired conversation is whole', 'it has no last newline');
  const found = new Map<string, number>();
  const results = new Set<string>();
  const others = new Set<string>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const record = parse(line);
    if (record === null) {
      broke('a repaired conversation is whole', `a line is no record: ${line.slice(0, 60)}`);
      continue;
    }
    if (typeof record.uuid === 'string') found.set(record.uuid, (found.get(record.uuid) ?? 0) + 1);
    else others.add(line.trimEnd());
    for (const [, id = ''] of line.matchAll(/"tool_use_id":"([^"]+)"/g)) results.add(id);
  }
  for (const uuid of written.readable)
    if (found.get(uuid) !== 1)
      broke('no record that can be read is lost', `${uuid}: ${found.get(uuid) ?? 0} times`);
  for (const note of written.notes)
    if (!others.has(note)) broke('no record that can be read is lost', note.slice(0, 60));
  for (const call of written.open) if (!results.has(call)) broke('each interrupted call has a result', call);
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return [folder, ...entries.map((entry) => join(entry.parentPath ?? entry.path, entry.name))];
}

function judgeModes({ root, folder }: Place, broke: Broke): void {
  for (const path of [...filesIn(join(root, 'state')).slice(1), ...filesIn(folder)]) {
    const mode = lstatSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0) broke('files stay private', `${path.slice(root.length)}: ${mode.toString(8)}`);
  }
}

const leftover = /\.tmp$|\.repaired$|-lock(\.stale)?$|\.\d+-[0-9a-f]{8}$|\/room$|\/given-|\/spool\/./;

/** What holds once a guard has lived to its end on a sound disk. */
export function judgeAftermath(place: Place & { readonly written: Written }, life: Life, broke: Broke): void {
  const { root, folder, transcript, written } = place;
  if (life.end !== 0) broke('a guard on a sound disk works', `${life.end}: ${life.said.slice(0, 300)}`);
  for (const path of [...filesIn(join(root, 'state')), ...filesIn(folder), ...filesIn(join(root, 'runtime'))])
    if (leftover.test(path)) broke('nothing is left of the dead', path.slice(root.length));
  const again = life.told.find((told) => 'again' in told);
  if (again && 'again' in again && again.again !== 'healthy')
    broke('a second repair changes nothing', again.again);
  const after = readFileSync(transcript);
  const kept = readdirSync(folder).filter((name) => name.includes('.before-repair-'));
  const isKept = kept.some((name) => readFileSync(join(folder, name)).equals(written.bytes));
  if (!after.equals(written.bytes) && !isKept) broke('the original is kept', kept.join());
  for (const name of kept)
    if (readFileSync(join(folder, name)).length < written.bytes.length) broke('an original is whole', name);
  if (written.open.length > 0) judgeContent(after, place, broke);
  const saved = parse(readSaved(folder, basename(transcript, '.jsonl')));
  if (saved === null) broke('the work in flight is saved', 'there is no whole snapshot');
}

function readSaved(folder: string, id: string): string {
  try {
    return readFileSync(join(folder, `${id}.recovery.json`), 'utf8');
  } catch {
    return '';
  }
}
