/**
 * Hook payloads as observations, without their content: no prompt, no command, no file. A subagent's tools carry its
 * id, so that others can tell whether the main turn waits for them.
 */
import type { Observation } from '../../../events.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import type { Variables } from '../../contract/invocation.ts';
import { failureOfCode } from './failures.ts';
import { isConversation, isSessionId } from './session-files.ts';
import { toolStarted } from './tools.ts';

type Session = Extract<Observation, { type: 'session' }>;
type Reader = (payload: Json) => readonly Observation[];

function session(payload: Json): readonly Observation[] {
  const sessionId = textOf(payload, 'session_id');
  if (sessionId === null || !isSessionId(sessionId)) return [];
  const cwd = textOf(payload, 'cwd');
  const reason = textOf(payload, 'source');
  return [
    {
      type: 'session',
      sessionId,
      transcriptPath: textOf(payload, 'transcript_path'),
      ...(cwd === null ? {} : { cwd }),
      ...(reason === null ? {} : { reason }),
      source: 'hook',
    },
  ];
}

const mainTurnOnly =
  (read: Reader): Reader =>
  (payload) =>
    textOf(payload, 'agent_id') === null ? read(payload) : [];

/**
 * The person can change it in mid-turn. A subagent may have one of its own, and versions that name no prompt beside a
 * tool (2.1.42) do not tell a subagent's tool from the main turn's.
 */
const permissionMode = mainTurnOnly((payload) => {
  const mode = textOf(payload, 'permission_mode');
  const isUnclear = 'tool_name' in payload && !('prompt_id' in payload);
  return mode === null || isUnclear ? [] : [{ type: 'permission.mode', mode }];
});

/** The subagent that the payload is about; nothing: it is about the main turn. */
function ofAgent(payload: Json): { readonly agentId?: string } {
  const agentId = textOf(payload, 'agent_id');
  return agentId === null ? {} : { agentId };
}

function toolFinished(payload: Json, ok: boolean): readonly Observation[] {
  const toolUseId = textOf(payload, 'tool_use_id');
  return toolUseId === null ? [] : [{ type: 'tool.finished', toolUseId, ok, ...ofAgent(payload) }];
}

/** A subagent can be stopped alone. */
const interrupted = mainTurnOnly((payload) =>
  payload.is_interrupt === true ? [{ type: 'interrupted' }] : [],
);

const dialogs: ReadonlyMap<string, string> = new Map(
  Object.entries({
    permission_prompt: 'permission',
    elicitation_dialog: 'question',
    elicitation_url: 'question',
    agent_needs_input: 'question',
  }),
);

const readers: Readonly<Record<string, Reader>> = {
  SessionStart: (payload) => [
    ...session(payload),
    // PreCompact and PostCompact are not used: the agent shows the command of each such hook on the screen.
    ...(payload.source === 'compact' ? [{ type: 'compaction.finished' } as const] : []),
  ],
  SessionEnd: (payload) => [{ type: 'session.ended', reason: textOf(payload, 'reason') ?? 'other' }],
  UserPromptSubmit: (payload) => [...session(payload), { type: 'turn.started' }],
  // Versions that name background tasks here tell a failed turn by StopFailure; the oldest tell any turn by Stop.
  Stop: mainTurnOnly((payload) => [
    ...session(payload),
    { type: 'turn.ended', ...('background_tasks' in payload && { well: true }) },
  ]),
  SubagentStop: (payload) => {
    const agentId = textOf(payload, 'agent_id');
    return agentId === null ? [] : [{ type: 'subagent.ended', agentId }];
  },
  StopFailure: mainTurnOnly((payload) => [
    {
      type: 'turn.ended',
      failure: failureOfCode(
        textOf(payload, 'error') ?? '',
        `${textOf(payload, 'last_assistant_message') ?? ''} ${textOf(payload, 'error_details') ?? ''}`,
      ),
    },
  ]),
  PreToolUse: (payload) => {
    const toolUseId = textOf(payload, 'tool_use_id');
    const tool = textOf(payload, 'tool_name');
    if (toolUseId === null || tool === null) return [];
    return [{ ...toolStarted(toolUseId, tool, payload.tool_input), ...ofAgent(payload) }];
  },
  PostToolUse: (payload) => toolFinished(payload, true),
  PostToolUseFailure: (payload) => [...toolFinished(payload, false), ...interrupted(payload)],
  PermissionRequest: () => [{ type: 'person.needed', why: 'permission' }],
  Notification: (payload) => {
    const why = dialogs.get(textOf(payload, 'notification_type') ?? '');
    return why === undefined ? [] : [{ type: 'person.needed', why }];
  },
};

/** The prompt whose turn begins. Its id is known since 2.1.197. */
export function readPrompt(payload: unknown): { readonly text: string; readonly id: string | null } | null {
  if (!isRecord(payload) || payload.hook_event_name !== 'UserPromptSubmit') return null;
  const text = payload.prompt; // empty if the prompt holds only images
  return typeof text === 'string' ? { text, id: textOf(payload, 'prompt_id') } : null;
}

/**
 * The guard writes to the conversation and beside it. So a path is trusted only if the agent keeps the session's
 * conversation there.
 */
function withTrustedPath(session: Session, env: Variables): Session {
  const { transcriptPath, sessionId } = session;
  const isTrusted = transcriptPath !== null && isConversation(env, transcriptPath, sessionId);
  return isTrusted ? session : { ...session, transcriptPath: null };
}

/** One spooled document as observations; none if it is not understood. */
export function readHook(payload: unknown, env: Variables): readonly Observation[] {
  if (!isRecord(payload)) return [];
  const event = textOf(payload, 'hook_event_name') ?? '';
  const read = Object.hasOwn(readers, event) ? readers[event] : undefined;
  if (read === undefined) return [];
  return [...read(payload), ...permissionMode(payload)].map((each) =>
    each.type === 'session' ? withTrustedPath(each, env) : each,
  );
}
