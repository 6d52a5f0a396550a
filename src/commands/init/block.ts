/**
 * Our lines in a file of the person's, between two markers: inserted once, replaced, removed without a trace. The file
 * is taken as bytes, because it need not be UTF-8. Pure.
 */
const begin = '# >>> guarded-claude >>>';
const end = '# <<< guarded-claude <<<';

/** The file with our block in its latest form. A new block goes to the end. */
export function withBlock(file: Buffer, lines: string): Buffer {
  const block = Buffer.from(`${begin}\n${lines.trimEnd()}\n${end}\n`);
  const found = find(file);
  if (found !== null) return Buffer.concat([file.subarray(0, found.start), block, file.subarray(found.end)]);
  const gap = file.length === 0 || file.at(-1) === 0x0a ? '' : '\n';
  return Buffer.concat([file, Buffer.from(gap), block]);
}

/** The file without our block; null if there is none. */
export function withoutBlock(file: Buffer): Buffer | null {
  const found = find(file);
  return found === null ? null : Buffer.concat([file.subarray(0, found.start), file.subarray(found.end)]);
}

function find(file: Buffer): { start: number; end: number } | null {
  const text = file.toString('latin1'); // one character per byte
  const start = text.search(new RegExp(`^${begin}$`, 'm'));
  if (start === -1) return null;
  const last = text.indexOf(end, start);
  if (last === -1) return null; // somebody has edited the markers, so nothing is changed
  const after = text.indexOf('\n', last);
  return { start, end: after === -1 ? text.length : after + 1 };
}
