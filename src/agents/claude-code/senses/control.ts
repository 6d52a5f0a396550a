/**
 * The control protocol of `--input-format stream-json`: a host and the agent ask each other over the agent's pipes,
 * each request with an id. Seen on 2.1.126 to 2.1.332 with hosts of the Agent SDK.
 */

import { isRecord, type Json, textOf } from '../../common/json.ts';
import type { ControlProtocol, ControlRecord } from '../../contract/pipes.ts';

/** A host's requests that hold until the agent ends, so the next agent must be asked the same. */
const lasting =
  /^(set_|mcp_set_servers$|mcp_toggle$|apply_flag_settings$|register_repo_root$|seed_read_state$)/;
/** Fields that name the subject of such a request. There is one setting for each server, folder or file. */
const subjects = ['serverName', 'directory', 'path'] as const;

/**
 * Settings are merged: what is set before stays, except for the keys at the top that come again (2.1.126 and later).
 */
function setsOf(what: string, asked: Json): readonly string[] {
  const subject = subjects.map((name) => textOf(asked, name)).find((text) => text !== null) ?? '';
  const name = `${what} ${subject}`;
  return isRecord(asked.settings) ? Object.keys(asked.settings).map((key) => `${name} ${key}`) : [name];
}

/** A host's requests that a second time would do a second time, or that spend a code of the person's. */
const acts: ReadonlySet<string> = new Set(
  (
    'claude_oauth_callback mcp_call mcp_oauth_callback_url message_rated submit_feedback submit_survey_feedback ' +
    'ultrareview_launch'
  ).split(' '),
);
/**
 * Other requests of either side that leave nothing in the process once they are answered (Agent SDK 0.3.332: its types,
 * and what it sends). What is written to disk, such as a settings file, the next agent finds there, and the person may
 * have changed it since. Questions are recognised by their first word.
 */
const momentary: ReadonlySet<string> = new Set(
  (
    'background_tasks channel_enable claim_session claude_authenticate claude_oauth_wait_for_completion end_session ' +
    'export_conversation file_suggestions generate_session_title hook_callback mcp_authenticate mcp_clear_auth ' +
    'mcp_message mcp_read_resource mcp_reconnect mcp_status prompt_draft_activity reload_output_styles reload_plugins ' +
    'reload_skills remote_control rename_session rewind_files select_chrome_browser side_question stop_task ' +
    'update_settings'
  ).split(' '),
);
const isQuestion = (name: string) => /^(get|list|read)_/.test(name);

/** Requests of the agent to a person. It waits for the answer, however long that takes. */
const forPerson: readonly string[] = ['can_use_tool', 'elicitation', 'request_user_dialog'];

function request({ request_id: id, request: asked }: Json): ControlRecord {
  const what = isRecord(asked) ? textOf(asked, 'subtype') : null;
  if (typeof id !== 'string' || !isRecord(asked) || what === null) return { kind: 'unknown' };
  if (what === 'initialize' || what === 'interrupt') return { kind: 'request', id, what };
  if (what === 'cancel_async_message') {
    const prompt = textOf(asked, 'message_uuid');
    return prompt === null ? { kind: 'unknown' } : { kind: 'request', id, what: 'recall', prompt };
  }
  if (forPerson.includes(what)) return { kind: 'request', id, what: 'person' };
  if (acts.has(what)) return { kind: 'request', id, what: 'act' };
  if (momentary.has(what) || isQuestion(what)) return { kind: 'request', id, what: 'other' };
  if (!lasting.test(what)) return { kind: 'request', id, what: 'unknown', name: shown(what) };
  return { kind: 'request', id, what: 'setting', sets: setsOf(what, asked) };
}

/**
 * `cancelled` is true in the answer to `cancel_async_message`, and a list in that to `interrupt` (2.1.263 and later).
 */
function answer({ response: said }: Json): ControlRecord {
  const id = isRecord(said) ? textOf(said, 'request_id') : null;
  if (!isRecord(said) || id === null) return { kind: 'unknown' };
  const cancelled = isRecord(said.response) ? said.response.cancelled : undefined;
  const listed = Array.isArray(cancelled) ? cancelled.filter((each) => typeof each === 'string') : [];
  const recalled = cancelled === true ? 'asked' : listed;
  return { kind: 'answer', id, refuses: said.subtype === 'error', recalled };
}

/**
 * A prompt that the agent has read but not put into its queue cannot be taken back at once: the answer is `cancelled:
 * false`, and the prompt is dropped later (2.1.197 and later).
 */
function fate(record: Json): ControlRecord | null {
  const id = textOf(record, 'command_uuid');
  if (id === null) return null;
  if (record.state === 'started') return { kind: 'prompt', id, is: 'started' };
  return record.state === 'cancelled' ? { kind: 'prompt', id, is: 'dropped' } : null;
}

/** A name may be recorded. Something that does not look like a name may be content, which may not. */
const shown = (name: string) => (/^[a-z_]{1,60}$/.test(name) ? name : 'of a strange name');

function read(record: unknown): ControlRecord | null {
  if (!isRecord(record)) return null;
  switch (record.type) {
    case 'control_request':
      return request(record);
    case 'control_response':
      return answer(record);
    case 'control_cancel_request': {
      const id = textOf(record, 'request_id');
      return id === null ? { kind: 'unknown' } : { kind: 'withdrawal', id };
    }
    case 'command_lifecycle':
      return fate(record);
    default:
      return null;
  }
}

const answerTo = (id: string, said: Json): Json => ({
  type: 'control_response',
  response: { ...said, request_id: id },
});

export const controlProtocol: ControlProtocol = {
  read,
  withdrawal: (id) => ({ type: 'control_cancel_request', request_id: id }),
  failure: (id, words) => answerTo(id, { subtype: 'error', error: words }),
  recalled: (id) => answerTo(id, { subtype: 'success', response: { cancelled: true } }),
};
