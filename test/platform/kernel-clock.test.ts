import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { built } from '../support/places.ts';

test.runIf(process.platform === 'linux')(
  'ages are right in a container whose /proc/uptime counts from its own boot, and in what was a shell before',
  () => {
    const script = `
      (await import('node:os')).default.uptime = () => 1;
      (await import('node:module')).default.syncBuiltinESMExports();
      const { processTable, processTableReader } = await import(${JSON.stringify(built('modules/src/platform/process-table.js'))});
      const child = (await import('node:child_process')).spawn('sleep', ['60']);
      const age = (table, pid) => table.find((each) => each.pid === pid).ageMs;
      const read = processTableReader();
      console.log(JSON.stringify([processTable(), read(new Set())].map((all) => [age(all, process.pid), age(all, child.pid)])));
      child.kill('SIGKILL');`;
    const command = ['-c', 'sleep 3; exec "$0" --input-type=module -e "$1"', process.execPath, script];
    for (const [own, child] of JSON.parse(execFileSync('/bin/sh', command, { encoding: 'utf8' }))) {
      expect(own).toBeGreaterThan(3_000);
      expect(child).toBeGreaterThanOrEqual(0);
      expect(child).toBeLessThan(2_000);
    }
  },
);
