/** Says at the end of a test run, where nobody can miss it, which real agents were not there to be tested. */
import { readFileSync, rmSync } from 'node:fs';
import { missedFile } from './real-agent.ts';

function missed(): readonly string[] {
  try {
    return [...new Set(readFileSync(missedFile, 'utf8').trim().split('\n'))];
  } catch {
    return []; // none was missed
  }
}

export default function watchSkipped(): () => void {
  rmSync(missedFile, { force: true });
  return () => {
    const versions = missed();
    if (versions.length > 0)
      process.stderr.write(
        `\nSKIPPED: all tests with the real Claude Code ${versions.join(', ')}: it could not be fetched.\n\n`,
      );
    rmSync(missedFile, { force: true });
  };
}
