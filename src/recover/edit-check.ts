/**
 * Judges whether a file contains an edit. There are two kinds of evidence: the checksum from right before the call
 * (strong: undoing the edit must reproduce it), and the texts of the edit themselves.
 */
import type { FileCheck, FileVerdict } from './call.ts';
import { cksum } from './checksum.ts';
import {
  type Done,
  type EditIntent,
  type FileState,
  looksDone,
  type Replacement,
  unixLines,
} from './edit.ts';

/** @param current the file's bytes now; null: there is no file. */
export function judgeEdit(
  intent: EditIntent,
  before: FileState | null,
  current: Uint8Array | null,
): FileCheck {
  if (current === null) return judgeMissing(intent, before);
  const text = decode(current);
  const done = looksDone(intent, text);
  const unchanged = before !== null && before !== 'absent' && sameState(before, current);
  if (done === 'exactly') return check('applied', 'the file has the content that the call was to write');
  if (unchanged) return check('not applied', 'the file is as it was before the call');
  if (before === 'absent') return judgeNewFile(intent, text);
  if (before !== null && intent.kind === 'replace') {
    if (undoGives(intent.steps, text, before))
      return check('applied', 'undoing the edit gives the file as it was before the call');
    if (deletionFits(intent.steps, text, before.bytes - current.length))
      return check('applied', 'the old text is gone, and the file is shorter by exactly that much');
  }
  return before === null ? judgeByText(intent, text, done) : judgeChanged(done);
}

const check = (verdict: FileVerdict, evidence: string): FileCheck => ({ verdict, evidence });

function sameState(state: Exclude<FileState, 'absent'>, bytes: Uint8Array): boolean {
  return state.bytes === bytes.length && state.checksum === cksum(bytes);
}

function judgeMissing(intent: EditIntent, before: FileState | null): FileCheck {
  if (before === 'absent' || (before === null && intent.kind === 'write'))
    return check('not applied', 'the file does not exist');
  return check('changed otherwise', 'the file does not exist any more');
}

function judgeNewFile(intent: EditIntent, text: string): FileCheck {
  if (intent.kind === 'write' && text !== '' && intent.content.startsWith(text))
    return check('changed otherwise', 'the new file holds only the beginning of the content to be written');
  return check('changed otherwise', 'the file did not exist before the call, and holds something else now');
}

/** The file has changed since before the call, and not only by the edit. */
function judgeChanged(done: Done): FileCheck {
  switch (done) {
    case 'yes':
      return check('changed otherwise', 'the new text is in the file, and more than that has changed');
    case 'no':
      return check('changed otherwise', 'the file has changed since, but the new text is not in it');
    default:
      return check('changed otherwise', 'the file has changed since');
  }
}

/** The file was not seen before the call. */
function judgeByText(intent: EditIntent, text: string, done: Done): FileCheck {
  if (intent.kind === 'write')
    return check(
      'cannot tell',
      'the file does not have the content that the call was to write, and it was not seen before',
    );
  switch (done) {
    case 'yes':
      return check('applied', 'the new text is in the file, and the old text is not');
    case 'no':
      return check('not applied', 'the old text is in the file, and the new text is not');
    default:
      return text === ''
        ? check('changed otherwise', 'the file is empty')
        : check('cannot tell', 'the texts of the edit do not settle it, and the file was not seen before');
  }
}

/** Whether undoing the steps, last one first, restores the state before the call. */
function undoGives(
  steps: readonly Replacement[],
  text: string,
  before: Exclude<FileState, 'absent'>,
): boolean {
  const windows = text.includes('\r\n');
  const plain = unixLines(text);
  // A step edits one place, but its new text may occur in several: try each of them, within reason.
  let candidates = [plain];
  for (const { from, to, everywhere } of [...steps].reverse()) {
    const [old, fresh] = [unixLines(from), unixLines(to)];
    candidates = candidates.flatMap((candidate) =>
      everywhere
        ? fresh === ''
          ? []
          : [candidate.replaceAll(fresh, () => old)]
        : undoOnce(candidate, old, fresh),
    );
    if (candidates.length > maxCandidates) candidates = candidates.slice(0, maxCandidates);
  }
  return candidates.some((candidate) =>
    sameState(before, new TextEncoder().encode(windows ? candidate.replaceAll('\n', '\r\n') : candidate)),
  );
}

const maxCandidates = 64;

function undoOnce(text: string, old: string, fresh: string): readonly string[] {
  if (fresh === '') return []; // a deletion leaves no trace of its place
  const undone: string[] = [];
  for (
    let at = text.indexOf(fresh);
    at >= 0 && undone.length < maxCandidates;
    at = text.indexOf(fresh, at + 1)
  )
    undone.push(text.slice(0, at) + old + text.slice(at + fresh.length));
  return undone;
}

/** A deletion cannot be undone, because its place is unknown, but its size shows. It may include the line end. */
function deletionFits(steps: readonly Replacement[], text: string, shorterBy: number): boolean {
  const [step] = steps;
  if (step === undefined || steps.length > 1 || step.to !== '' || step.from === '') return false;
  if (unixLines(text).includes(unixLines(step.from))) return false;
  const bytes = new TextEncoder().encode(step.from).length;
  return shorterBy === bytes || shorterBy === bytes + 1 || shorterBy === bytes + 2;
}

function decode(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { ignoreBOM: true }).decode(bytes);
}
