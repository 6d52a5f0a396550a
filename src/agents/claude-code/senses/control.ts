/**
 * The control protocol of `--input-format stream-json`: a host and the agent ask each other over the agent's pipes,
 * each request with an id. Seen on 2.1.126 to 2.1.332 with hosts of the Agent SDK.
 */

import { isRecord, type Json, textOf } from '../../common/json.ts';
import type { ControlProtocol, ControlRecord } from '../../contract/pipes.ts';

/** A host's requests that hold until the agent ends, so the next agent must be asked the same. */
const lasting = /^(set_|mcp_set_servers$|mcp_toggle$|apply_flag_settings$|update_settings$)/;

/** What the agent asks a person; it waits for the answer, however long it takes. */
const ofPerson: readonly string[] = ['can_use_tool', 'elicitation', 'request_user_dialog'];

function request({ request_id: id, request: asked }: Json): ControlRecord {
  const what = isRecord(asked) ? textOf(asked, 'subtype') : null;
  if (typeof id !== 'string' || !isRecord(asked) || what === null) return { kind: 'unknown' };
  if (what === 'initialize' || what === 'interrupt') return { kind: 'request', id, what };
  if (ofPerson.includes(what)) return { kind: 'request', id, what: 'person' };
  if (!lasting.test(what)) return { kind: 'request', id, what: 'other' };
  return { kind: 'request', id, what: 'setting', setting: `${what} ${textOf(asked, 'serverName') ?? ''}` };
}

function read(record: unknown): ControlRecord | null {
  if (!isRecord(record)) return null;
  switch (record.type) {
    case 'control_request':
      return request(record);
    case 'control_response': {
      const id = isRecord(record.response) ? textOf(record.response, 'request_id') : null;
      return id === null ? { kind: 'unknown' } : { kind: 'answer', id };
    }
    case 'control_cancel_request': {
      const id = textOf(record, 'request_id');
      return id === null ? { kind: 'unknown' } : { kind: 'withdrawal', id };
    }
    default:
      return null;
  }
}

export const controlProtocol: ControlProtocol = {
  read,
  withdrawal: (id) => ({ type: 'control_cancel_request', request_id: id }),
};
