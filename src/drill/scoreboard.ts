/** A drill's result in words: one line while it runs, one when it has ended, a sentence at the end. Pure. */
import type { DrillResult } from './run.ts';

const nameWidth = 14;
const classWidth = 16;
const cureWidth = 18;
const timeWidth = 10;

const time = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);

export const headline = `  ${[
  'scenario'.padEnd(nameWidth),
  'found'.padEnd(classWidth),
  'cure'.padEnd(cureWidth),
  'detected'.padStart(timeWidth),
  'recovered'.padStart(timeWidth),
  '  process',
].join(' ')}`;

/** What the guard did; repetitions of the same rung are counted. */
function cure({ actions, expect, ok }: DrillResult): string {
  if (actions.length === 0) return ok && expect === 'recovery' ? 'agent by itself' : '–';
  const runs: { action: string; times: number }[] = [];
  for (const action of actions) {
    const last = runs.at(-1);
    if (last?.action === action) last.times += 1;
    else runs.push({ action, times: 1 });
  }
  return runs.map(({ action, times }) => (times > 1 ? `${action} ×${times}` : action)).join(' → ');
}

export function line(result: DrillResult): string {
  const process = result.same_process === null ? '–' : result.same_process ? 'same' : 'new';
  return [
    result.ok ? '✓' : '✗',
    ...[
      result.scenario.padEnd(nameWidth),
      (result.class ?? '–').padEnd(classWidth),
      cure(result).padEnd(cureWidth),
      time(result.detect_ms).padStart(timeWidth),
      time(result.expect === 'no action' ? null : result.recover_ms).padStart(timeWidth),
      `  ${process}`,
    ],
  ].join(' ');
}

export function summary(results: readonly DrillResult[], tookMs: number): string {
  const good = results.filter(({ ok }) => ok).length;
  const verdict =
    good === results.length ? 'all came through' : `${results.length - good} did not come through`;
  return `${results.length} drills in ${Math.round(tookMs / 1000)} s: ${verdict}.`;
}
