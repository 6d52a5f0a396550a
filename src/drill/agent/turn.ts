/**
 * One turn of the conversation: ask, show, run the tools, ask again, until the model has finished. A tool runs as soon
 * as its call is complete, while the message still streams. The message is on disk only when it has ended. 2.1.197 and
 * 2.1.329 do the same.
 */
import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import { type HookContext, runHooks } from './hooks.ts';
import { ask, type FailureName, type Reply, type RetryNotice } from './request.ts';
import { type RunningTool, runTool, type ToolResult, toolDescriptions } from './tools.ts';
import type { Block, Transcript } from './transcript.ts';

export type Progress =
  | { readonly type: 'attempt' | 'content'; readonly answer: Answer }
  | { readonly type: 'retry'; readonly notice: RetryNotice | null }
  | { readonly type: 'said'; readonly text: string }
  | { readonly type: 'tool'; readonly call: ToolCall; readonly since: number }
  | { readonly type: 'tool-done'; readonly call: ToolCall; readonly result: ToolResult };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface TurnContext {
  readonly transcript: Transcript;
  readonly hooks: HookContext;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Asks the person; false: not allowed. */
  readonly permit: (call: ToolCall) => Promise<boolean>;
  readonly report: (progress: Progress) => void;
}

export type TurnEnd =
  | { readonly end: 'done'; readonly text: string }
  | { readonly end: 'failed'; readonly text: string; readonly name: FailureName }
  /** Nothing had arrived yet, so the prompt goes back to the input box. */
  | { readonly end: 'withdrawn' }
  | { readonly end: 'interrupted' };

const interruptedNotice = '[Request interrupted by user]';
/** A main request of the real agent is about 50 KB; on the wire it is recognised by its size. */
const system = 'You are a simulated agent. '.repeat(1800);
const model = 'claude-simulated';

interface Running {
  readonly call: ToolCall;
  readonly result: Promise<ToolResult>;
}

async function carryOut(call: ToolCall, context: TurnContext): Promise<ToolResult> {
  const described = { tool_name: call.name, tool_input: call.input, tool_use_id: call.id };
  const began = Date.now();
  context.report({ type: 'tool', call, since: began });
  await runHooks('PreToolUse', context.hooks, described);
  if (!(await context.permit(call)) || context.signal.aborted) {
    return { text: "The user doesn't want to proceed with this tool use.", failed: true };
  }
  const tool: RunningTool = runTool(call.name, call.input, context.cwd, context.env);
  const stop = () => tool.stop();
  context.signal.addEventListener('abort', stop);
  const result = await tool.result;
  context.signal.removeEventListener('abort', stop);
  const event = result.failed ? 'PostToolUseFailure' : 'PostToolUse';
  const answer = result.failed
    ? { error: result.text }
    : { tool_response: { stdout: result.text, stderr: '' } };
  await runHooks(event, context.hooks, { ...described, ...answer, duration_ms: Date.now() - began });
  context.report({ type: 'tool-done', call, result });
  return result;
}

/** One request with its retries. Tools start while it streams. */
async function request(context: TurnContext): Promise<{ reply: Reply; running: readonly Running[] }> {
  const { transcript, version } = context;
  const running: Running[] = [];
  const note = () =>
    transcript.note({
      type: 'api-request',
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      version,
      querySource: 'repl_main_thread',
      params: { model },
    });
  const reply = await ask({
    body: { model, max_tokens: 32_000, system, messages: transcript.messages, tools: toolDescriptions },
    env: context.env,
    headers: {
      'content-type': 'application/json',
      'user-agent': `claude-cli/${version} (external, cli)`,
      'x-api-key': context.env.ANTHROPIC_API_KEY ?? '',
      'x-claude-code-session-id': transcript.sessionId,
    },
    signal: context.signal,
    onAttempt(answer) {
      note();
      context.report({ type: 'attempt', answer });
    },
    onEvent(event, answer) {
      const call = answer.take(event) as (Block & ToolCall) | null;
      context.report({ type: 'content', answer });
      if (call) running.push({ call, result: carryOut(call, context) });
    },
    onRetry: (notice) => context.report({ type: 'retry', notice }),
  });
  return { reply, running };
}

function keep(answer: Answer, context: TurnContext, extra: object = {}): void {
  const text = answer.text();
  if (text) context.report({ type: 'said', text });
  context.transcript.addAssistant(
    { id: answer.messageId, model: answer.model, stop_reason: answer.stopReason, usage: {} },
    answer.blocks(),
    extra,
  );
}

/** Runs until the turn has ended. The prompt is already in the transcript. */
export async function runTurn(context: TurnContext): Promise<TurnEnd> {
  const { transcript, hooks } = context;
  for (let first = true; ; first = false) {
    const { reply, running } = await request(context);
    if (reply.end === 'aborted') {
      if (first && reply.answer.tokens === 0) {
        transcript.takeBack();
        return { end: 'withdrawn' };
      }
      keep(reply.answer, context);
      const results = await resultsOf(running);
      transcript.addUser([...results, { type: 'text', text: interruptedNotice }]);
      return { end: 'interrupted' };
    }
    if (reply.end === 'failed') {
      if (reply.answer) keep(reply.answer, context);
      const results = await resultsOf(running);
      if (results.length > 0) transcript.addUser(results);
      const { text, name } = reply;
      transcript.addAssistant({ model: '<synthetic>' }, [{ type: 'text', text }], {
        isApiErrorMessage: true,
        error: name,
      });
      await runHooks('StopFailure', hooks, { error: name, last_assistant_message: text });
      return { end: 'failed', text, name };
    }
    keep(reply.answer, context);
    if (running.length === 0) {
      const text = reply.answer.text();
      await runHooks('Stop', hooks, {
        stop_hook_active: false,
        last_assistant_message: text,
        background_tasks: [],
        session_crons: [],
      });
      transcript.note({ type: 'last-prompt', leafUuid: null });
      return { end: 'done', text };
    }
    const results = await resultsOf(running);
    transcript.addUser(results, { toolUseResult: {} });
    if (context.signal.aborted) {
      transcript.addUser([{ type: 'text', text: `${interruptedNotice.slice(0, -1)} for tool use]` }]);
      return { end: 'interrupted' };
    }
  }
}

const resultsOf = (running: readonly Running[]): Promise<readonly Block[]> =>
  Promise.all(
    running.map(async ({ call, result }) => {
      const { text, failed } = await result;
      return { type: 'tool_result', tool_use_id: call.id, content: text || '(no output)', is_error: failed };
    }),
  );
