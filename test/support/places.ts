/** Where the parts of the repository are, however deep the test stands that asks. */
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '..', '..');

/** What `npm run build` has made; the path as below `dist/`. */
export const built = (module: string): string => join(repository, 'dist', module);

export const guardBin = join(repository, 'bin', 'guarded-claude.js');

export const fixture = (...path: readonly string[]): string => join(repository, 'test', 'fixtures', ...path);
