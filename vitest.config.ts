import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import RigsFirst from './test/support/rigs-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // Tests that start real processes run dist/.
    globalSetup: ['test/support/build.ts', 'test/support/skipped-agents.ts'],
    reporters: ['default', './test/support/tally-reporter.ts'],
    // On a shared machine a test with real processes may fail for want of time; the tally names each that needed it.
    retry: process.env.CI ? 1 : 0,
    sequence: { sequencer: RigsFirst },
    testTimeout: 180_000, // the waits inside a test end sooner, and say what did not come
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } }, // a machine under load takes its time
    maxWorkers: availableParallelism() + 1, // most tests wait for processes, not for the processor
    maxConcurrency: 3, // tests with a real agent overlap; more than this many would starve each other
  },
});
