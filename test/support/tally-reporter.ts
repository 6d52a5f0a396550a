/** Ends every run with one line that counts, and says loudly what was skipped, and what passed only when run again. */

import type { TestError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** Why the first try failed, with the lines of ours that it came through. */
const why = (errors: readonly TestError[] = []): readonly string[] =>
  errors.flatMap(({ message, stacks = [] }) =>
    [
      ...message.split('\n').slice(0, 12),
      ...stacks.slice(0, 3).map(({ file, line }) => `at ${file}:${line}`),
    ].map((line) => `    ${line}`),
  );

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const skipped: string[] = [];
    const again: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) count.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'pending') count.skipped++;
        else count[state]++;
        if (test.diagnostic()?.flaky)
          again.push(`${module.relativeModuleId}: ${test.fullName}`, ...why(test.result().errors));
        if (state === 'skipped') skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    // After the summary of the default reporter, which writes in the same turn.
    setImmediate(() => {
      if (skipped.length > 0)
        process.stdout.write(`\nSKIPPED:\n${skipped.map((line) => `  ${line}\n`).join('')}`);
      if (again.length > 0)
        process.stdout.write(`\nPASSED ONLY WHEN RUN AGAIN:\n${again.map((line) => `  ${line}\n`).join('')}`);
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    });
  }
}
