/**
 * The state of a file right before the agent edits it. The agent runs a tool as soon as the PreToolUse hook returns, so
 * only the hook itself can look at the file in time. It adds one field to the payload that it spools:
 * `"guard_before":"<checksum> <bytes>"` or `"absent"`. Only a checksum is kept, never the content.
 *
 * Cost: 3 ms, only for tools that edit. The path is searched for only in the first bytes of the payload, because it
 * precedes the text. If it is not there (or holds an escaped character), the field is missing, and the ledger does
 * without it.
 */
import type { FileState } from '../../../recover/edit.ts';
import { type Json, textOf } from '../../common/json.ts';

/** Hook matchers (regular expressions on the tool's name): the edit tools, and all others. */
export const editToolsMatcher = 'Edit|Write|MultiEdit|NotebookEdit';
export const otherToolsMatcher = `^(?!(${editToolsMatcher})$).*`;

/**
 * Shell text (POSIX sh) that adds the field to the file with the payload. It never fails.
 *
 * @param payloadFile the file as a shell word, for example `"$f.part"`
 */
export function beforeEditShell(payloadFile: string): string {
  const path = ['file', 'notebook']
    .map((word) => `-e 's/.*[{,]"${word}_path":"\\([^"\\\\]*\\)".*/\\1/p'`)
    .join(' ');
  return (
    `p=$(head -c 8192 ${payloadFile} | sed -n ${path}); s=; ` +
    `if [ -f "$p" ]; then s=$(cksum <"$p"); elif [ -n "$p" ] && [ ! -e "$p" ]; then s=absent; fi; ` +
    `if [ -n "$s" ]; then sed '1s/^{/{"guard_before":"'"$s"'",/' ${payloadFile} >${payloadFile}.before && ` +
    `mv -f ${payloadFile}.before ${payloadFile}; fi`
  );
}

/** Reads the field back; null if the hook could not determine the state. */
export function readBefore(payload: Json): FileState | null {
  const state = textOf(payload, 'guard_before');
  if (state === 'absent') return 'absent';
  const numbers = /^(\d+) (\d+)\s*$/.exec(state ?? '');
  return numbers === null ? null : { checksum: Number(numbers[1]), bytes: Number(numbers[2]) };
}
