import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/support/build.ts', // tests that start real processes run dist/
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxConcurrency: 3, // tests with a real agent overlap; more than this many would starve each other
  },
});
