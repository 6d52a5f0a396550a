/** Looks at the file of each interrupted edit and judges whether the edit was applied. */
import { readFile, stat } from 'node:fs/promises';
import { askDisk } from '../platform/ask-disk.ts';
import type { FileCheck } from './call.ts';
import { judgeEdit } from './edit-check.ts';
import type { LedgerCall } from './ledger.ts';

/** A larger file is not read: the agent does not edit such files. */
const largestBytes = 64 * 1024 * 1024;

/** Reads the file, if it is one, and says nothing: that it ends shows that the disk answers. */
const script = '[ ! -f "$1" ] || head -c "$2" <"$1" >/dev/null';

/** Adds a file check to each call that edits a file. Never throws. */
export async function checkFiles<Call extends LedgerCall>(calls: readonly Call[]): Promise<readonly Call[]> {
  return Promise.all(
    calls.map(async (call) => (call.risk === 'edit' ? { ...call, fileCheck: await checkFile(call) } : call)),
  );
}

async function checkFile({ file, edit, before }: LedgerCall): Promise<FileCheck> {
  if (file === undefined || edit === undefined)
    return { verdict: 'cannot tell', evidence: 'what the call was to write is not known' };
  if ((await askDisk(script, [file, String(largestBytes)])) === 'late')
    return { verdict: 'cannot tell', evidence: 'its disk does not answer' };
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return { verdict: 'cannot tell', evidence: 'it is not a regular file' };
    if (facts.size > largestBytes)
      return { verdict: 'cannot tell', evidence: 'the file is too large to be checked' };
    return judgeEdit(edit, before, await readFile(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return judgeEdit(edit, before, null);
    return { verdict: 'cannot tell', evidence: `the file cannot be read: ${code}` };
  }
}
