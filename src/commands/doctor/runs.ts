/** Reports what recent sessions had to do without, and why. Their journals say so, which nobody reads unasked. */
import { readFileSync } from 'node:fs';
import type { StatePaths } from '../../platform/paths.ts';
import { journalFiles } from '../../records/journal-reader.ts';
import { readSessions } from '../../records/sessions.ts';
import { type Finding, note, warning } from './finding.ts';

/** Somebody who wonders about a session asks soon. */
const recentMs = 24 * 3_600_000;

interface Lack {
  readonly check: string;
  /** How the event begins in a journal. */
  readonly event: string;
  /** What it means, with the runs, for sessions that live and for those that are over. */
  readonly lives: (runs: string) => string;
  readonly isOver: (runs: string) => string;
  readonly remedy: string;
}

const lacks: readonly Lack[] = [
  {
    check: 'relaunch',
    event: '"type":"relaunch.impossible"',
    lives: (runs) => `not possible in run ${runs}`,
    isOver: (runs) => `was not possible in run ${runs}`,
    remedy: 'connections are still protected; a host that is newer than this guard may need a newer guard',
  },
  {
    // A metrics file that cannot be written, a command of the person's that fails, a collector that is away.
    check: 'failed part',
    event: '"type":"sensor.failed","sensor":"guard"',
    lives: (runs) => `in run ${runs}`,
    isOver: (runs) => `in run ${runs}`,
    remedy:
      'put right what it names; if it is a setting, "guardctl config" shows it; new sessions use it then',
  },
];

export function lacksOfRuns(state: StatePaths, nowMs = Date.now()): Finding[] {
  const sessions = readSessions(state).filter(
    ({ status, alive }) => alive || nowMs - Date.parse(status.updated_at) < recentMs,
  );
  const journals = sessions.map(({ paths, status, alive }) => ({
    run: status.run,
    alive,
    lines: linesOf(paths.journal),
  }));
  return lacks.flatMap((lack) => {
    const found = journals.flatMap(({ run, alive, lines }) =>
      reasonsIn(lines, lack.event).map((why) => ({ run, alive, why })),
    );
    return [...new Set(found.map(({ why }) => why))].map((why) => {
      const runs = found.filter((one) => one.why === why);
      const shown = runs.at(-1)?.run ?? '';
      const which = runs.length === 1 ? shown : `${shown} and ${runs.length - 1} more`;
      if (runs.some(({ alive }) => alive))
        return warning(lack.check, `${lack.lives(which)}: ${why}`, lack.remedy);
      return note(lack.check, `${lack.isOver(which)}: ${why}`);
    });
  });
}

/** Only lines that may matter, because a journal can be large. */
function linesOf(journal: string): readonly string[] {
  return journalFiles(journal).flatMap((file) => {
    try {
      const text = readFileSync(file, 'utf8');
      return text.split('\n').filter((line) => lacks.some(({ event }) => line.includes(event)));
    } catch {
      return []; // it has been rotated away meanwhile
    }
  });
}

function reasonsIn(lines: readonly string[], event: string): readonly string[] {
  const reasons = lines.flatMap((line) => {
    if (!line.includes(event)) return [];
    try {
      return [(JSON.parse(line) as { readonly event: { readonly detail: string } }).event.detail];
    } catch {
      return []; // it is being written
    }
  });
  return [...new Set(reasons)];
}
