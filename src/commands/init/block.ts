/** Our lines in a file of the person's, between two markers: inserted once, replaced, removed without a trace. Pure. */
const begin = '# >>> guarded-claude >>>';
const end = '# <<< guarded-claude <<<';

/** The text with our block in its latest form. A new block goes to the end. */
export function withBlock(text: string, lines: string): string {
  const block = `${begin}\n${lines.trimEnd()}\n${end}\n`;
  const found = find(text);
  if (found !== null) return text.slice(0, found.start) + block + text.slice(found.end);
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${block}`;
}

/** The text without our block; null if there is none. */
export function withoutBlock(text: string): string | null {
  const found = find(text);
  return found === null ? null : text.slice(0, found.start) + text.slice(found.end);
}

function find(text: string): { start: number; end: number } | null {
  const start = text.search(new RegExp(`^${begin}$`, 'm'));
  if (start === -1) return null;
  const last = text.indexOf(end, start);
  if (last === -1) return null; // somebody has edited the markers, so nothing is changed
  const after = text.indexOf('\n', last);
  return { start, end: after === -1 ? text.length : after + 1 };
}
