/** Reports sessions that no other agent could continue, and why. */
import { readFileSync } from 'node:fs';
import type { StatePaths } from '../../platform/paths.ts';
import { readSessions } from '../../records/sessions.ts';
import { type Finding, note, warning } from './finding.ts';

/** Somebody who wonders why there was no relaunch asks soon. */
const recentMs = 24 * 3_600_000;

export function relaunches(state: StatePaths, nowMs = Date.now()): Finding[] {
  const found = readSessions(state).flatMap(({ paths, status, alive }) => {
    const isRecent = nowMs - Date.parse(status.updated_at) < recentMs;
    const why = alive || isRecent ? reasonIn(paths.journal) : null;
    return why === null ? [] : [{ run: status.run, alive, why }];
  });
  return [...new Set(found.map(({ why }) => why))].map((why) => {
    const runs = found.filter((one) => one.why === why);
    const shown = runs.at(-1)?.run ?? '';
    const which = runs.length === 1 ? shown : `${shown} and ${runs.length - 1} more`;
    if (!runs.some(({ alive }) => alive)) return note('relaunch', `was not possible in run ${which}: ${why}`);
    return warning(
      'relaunch',
      `not possible in run ${which}: ${why}`,
      'connections are still protected; a host that is newer than this guard may need a newer guard',
    );
  });
}

/** The last reason in a journal. A journal can be large, so only that line is parsed. */
function reasonIn(journal: string): string | null {
  let text: string;
  try {
    text = readFileSync(journal, 'utf8');
  } catch {
    return null; // this run has left none
  }
  const at = text.lastIndexOf('"type":"relaunch.impossible"');
  if (at < 0) return null;
  const line = text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at));
  try {
    return (JSON.parse(line) as { readonly event: { readonly detail: string } }).event.detail;
  } catch {
    return null; // it is being written
  }
}
