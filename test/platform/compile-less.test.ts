import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the engine takes the flag and says nothing', () => {
  const module = fileURLToPath(new URL('../../dist/modules/src/platform/compile-less.js', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then(({ compileLess }) => compileLess())`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
