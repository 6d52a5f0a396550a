/**
 * The state of a file right before the agent edits it. The agent runs a tool as soon as the PreToolUse hook returns,
 * so only the hook itself can look at the file in time. It adds one line to the payload that it spools:
 * `before <checksum> <bytes>` or `before absent`. Only a checksum is kept, never the content.
 *
 * Cost: 3 ms, for the tools that edit. The path is looked for in the first bytes of the payload only, as it comes
 * before the text; where it does not (or holds an escaped character), the line is missing and the ledger does without.
 */
import type { FileState } from '../../recover/edit.ts';

/** Hook matchers (regular expressions on the tool's name): the edit tools, and all others. */
export const editToolsMatcher = 'Edit|Write|MultiEdit|NotebookEdit';
export const otherToolsMatcher = `^(?!(${editToolsMatcher})$)`;

/**
 * Shell text (POSIX sh) that appends the line to the file that holds the payload. It never fails.
 *
 * @param payloadFile the file as a shell word, for example `"$f.part"`.
 */
export function beforeEditShell(payloadFile: string): string {
  const path = ['file', 'notebook']
    .map((word) => `-e 's/.*[{,]"${word}_path":"\\([^"\\\\]*\\)".*/\\1/p'`)
    .join(' ');
  return (
    `p=$(head -c 8192 ${payloadFile} | sed -n ${path}); ` +
    `if [ -f "$p" ]; then { printf '\\nbefore '; cksum <"$p"; } >>${payloadFile}; ` +
    `elif [ -n "$p" ] && [ ! -e "$p" ]; then printf '\\nbefore absent\\n' >>${payloadFile}; fi`
  );
}

const beforeLine = /\nbefore (?:(absent)|(\d+) (\d+))\s*$/;

/** A spooled document as the payload's JSON text and the file's state. */
export function splitSpooled(document: string): { readonly json: string; readonly before: FileState | null } {
  const match = beforeLine.exec(document);
  if (match === null) return { json: document, before: null };
  const before: FileState =
    match[1] === 'absent' ? 'absent' : { checksum: Number(match[2]), bytes: Number(match[3]) };
  return { json: document.slice(0, match.index), before };
}
