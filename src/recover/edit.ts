/** What an edit was meant to do to a file, and whether its texts show in the file. */
export type FileState = 'absent' | { readonly checksum: number; readonly bytes: number };

export interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly everywhere: boolean;
}

export type EditIntent =
  | { readonly kind: 'write'; readonly content: string }
  | { readonly kind: 'replace'; readonly steps: readonly Replacement[] }
  | {
      readonly kind: 'notebook';
      readonly mode: 'replace' | 'insert' | 'delete';
      readonly cell: string | null;
      readonly source: string;
    };

/**
 * `exactly`: the file's content is just what the edit makes of it. `yes`, `no`: the file shows that the edit was made,
 * or not.
 */
export type Done = 'exactly' | 'yes' | 'no' | 'unclear';

export function looksDone(intent: EditIntent, text: string): Done {
  switch (intent.kind) {
    case 'write':
      return sameText(text, intent.content) ? 'exactly' : 'unclear';
    case 'replace':
      return replaceDone(intent.steps, text);
    case 'notebook':
      return notebookDone(intent, text);
  }
}

/** The edit is seen only if every step is. A later step may have changed what an earlier one wrote. */
function replaceDone(steps: readonly Replacement[], text: string): Done {
  const plain = unixLines(text);
  const shown = steps.map(({ from, to }) => {
    const hasNew = to !== '' && plain.includes(unixLines(to));
    // The old text may be part of the new text (an insertion); then only the new text counts.
    const withoutNew = to === '' ? plain : plain.replaceAll(unixLines(to), '\u0000');
    const hasOld = from !== '' && withoutNew.includes(unixLines(from));
    if (hasNew && !hasOld) return from.includes(to) ? 'unclear' : 'yes';
    if (hasOld && !hasNew) return 'no';
    return 'unclear';
  });
  if (shown.length > 0 && shown.every((done) => done === 'yes')) return 'yes';
  return shown.length > 0 && shown.every((done) => done === 'no') ? 'no' : 'unclear';
}

function notebookDone(intent: Extract<EditIntent, { kind: 'notebook' }>, text: string): Done {
  const cells = readCells(text);
  if (cells === null) return 'unclear';
  const cell = cells.find(
    (candidate, index) => candidate.id === intent.cell || `cell-${index}` === intent.cell,
  );
  switch (intent.mode) {
    case 'replace':
      return cell === undefined ? 'unclear' : sameText(cell.source, intent.source) ? 'exactly' : 'no';
    case 'insert':
      return cells.some((candidate) => sameText(candidate.source, intent.source)) ? 'yes' : 'no';
    case 'delete':
      return cell === undefined ? 'yes' : 'no';
  }
}

/** The cells of a notebook (nbformat 4: `source` is a string or a list of lines); null if it is not a notebook. */
function readCells(text: string): readonly { readonly id: string | null; readonly source: string }[] | null {
  try {
    const notebook: unknown = JSON.parse(text);
    if (typeof notebook !== 'object' || notebook === null || !('cells' in notebook)) return null;
    if (!Array.isArray(notebook.cells)) return null;
    return notebook.cells.map((cell: { id?: unknown; source?: unknown } | null) => ({
      id: typeof cell?.id === 'string' ? cell.id : null,
      source: Array.isArray(cell?.source) ? cell.source.join('') : String(cell?.source ?? ''),
    }));
  } catch {
    return null;
  }
}

/** The agent keeps a file's line endings, whatever the model wrote. */
export const unixLines = (text: string) => text.replaceAll('\r\n', '\n');
const comparable = (text: string) => unixLines(text).replace(/^\ufeff/, '');
const sameText = (left: string, right: string) => comparable(left) === comparable(right);
