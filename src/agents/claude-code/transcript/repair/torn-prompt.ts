/** Restores the readable part of a prompt that was truncated in mid-write. */
import { isRecord, type Json, textOf } from '../../../common/json.ts';

const beginning =
  /^\{(?:"(?:parentUuid|isSidechain|promptId|userType|cwd|sessionId|version|gitBranch|entrypoint|agentId)":(?:"[^"\\]*"|null|true|false),)*"type":"user","message":\{"role":"user","content":(?:"|\[\{"type":"text","text":")/;

/**
 * @param torn the rest of the record
 * @param next the record after it; if it is a note, not a message, it followed the prompt and names it as its parent
 * @returns null if it was not a prompt, or if none of its text is left
 */
export function readTornPrompt(torn: string, next: Json | null): Json | null {
  const head = beginning.exec(torn)?.[0];
  const uuid = next === null ? null : textOf(next, 'parentUuid');
  if (head === undefined || next === null || uuid === null) return null;
  const text = readText(torn.slice(head.length));
  const fields: unknown = JSON.parse(`${head}${head.includes('[') ? '"}]}}' : '"}}'}`);
  if (!isRecord(fields) || fields.isSidechain === true || fields.parentUuid === uuid) return null;
  if (text.trim() === '') return null;
  return {
    ...fields,
    message: { role: 'user', content: `${text}\n[The rest of this message was lost.]` },
    uuid,
    ...Object.fromEntries(copied.flatMap((name) => (name in next ? [[name, next[name]]] : []))),
  };
}

/** Fields that records of the same moment have in common. */
const copied = ['timestamp', 'userType', 'entrypoint', 'cwd', 'sessionId', 'version', 'gitBranch'];

/** The text up to its end or to where it was truncated, with complete escapes decoded. */
function readText(written: string): string {
  const [text = ''] = /^(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(written) ?? [];
  const read: unknown = JSON.parse(`"${text}"`);
  return String(read).replace(/\p{Surrogate}/gu, '');
}
