/**
 * Ends every run with one line that counts. Before it, where even the end of a long output shows it, stands what was
 * skipped, what passed only when run again, and what failed.
 */

import type { TestError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** Why a try failed, with the lines of ours that it came through. A counterexample may have megabytes in one line. */
const why = (errors: readonly Partial<TestError>[] = []): readonly string[] =>
  errors.flatMap(({ message = 'no message', stacks = [] }) =>
    [
      ...message.split('\n').slice(0, 12),
      ...stacks.slice(0, 3).map(({ file, line }) => `at ${file}:${line}`),
    ].map((line) => `    ${line.slice(0, 500)}`),
  );

function list(title: string, lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly Partial<TestError>[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const failed = errors.flatMap((error) => ['outside of any test', ...why([error])]);
    const skipped: string[] = [];
    const again: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) {
        count.failed++;
        failed.push(module.relativeModuleId, ...why(module.errors()));
      }
      for (const test of module.children.allTests()) {
        const { state, errors: reasons } = test.result();
        const name = `${module.relativeModuleId}: ${test.fullName}`;
        if (state === 'pending') count.skipped++;
        else count[state]++;
        if (state === 'failed') failed.push(name, ...why(reasons));
        if (state === 'skipped') skipped.push(name);
        if (test.diagnostic()?.flaky) again.push(name, ...why(reasons));
      }
    }
    // After the summary of the default reporter, which writes in the same turn.
    setImmediate(() => {
      list('SKIPPED', skipped);
      list('PASSED ONLY WHEN RUN AGAIN', again);
      list('FAILED', failed);
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    });
  }
}
