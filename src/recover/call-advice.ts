/** What is known about each call that was in flight, and what the agent should do about it. */
import { fencedStart, line, plain } from './quote.ts';
import type { ActiveToolCall, RecoverySnapshot } from './snapshot.ts';

export interface RetryOptions {
  /** `auto_retry_readonly_tools` */
  readonly autoRetryReadonlyTools: boolean;
  /** `auto_retry_mutations` */
  readonly autoRetryMutations: boolean;
  /** Hooks reported the tool calls as they ran. Without hooks, a call of the lost message may have left no trace. */
  readonly callsWatched: boolean;
  /** Print mode: there is nobody to ask. */
  readonly unattended: boolean;
}

/** Max lengths of quotes, in characters, and of the list: the prompt stays short. */
const maxCommandLength = 400;
const maxPathLength = 300;
const maxCalls = 10;

/** All unfinished calls, and what to do about each. */
export function callsText(snapshot: RecoverySnapshot, options: RetryOptions): string {
  const calls = snapshot.active_tool_calls;
  const blind =
    'Tool calls of the lost message could not be observed: one may have run without a trace. Before you repeat a change, check whether it is already there.';
  const turnWasRunning =
    snapshot.disconnect_phase === 'streaming' || snapshot.disconnect_phase === 'tool_execution';
  const unseen = turnWasRunning && !options.callsWatched ? blind : null;
  if (calls.length === 0) return unseen ?? 'No tool call was unfinished.';
  const more = calls.length - maxCalls;
  return [
    'Tool calls without a recorded result, and what to do about each:',
    ...calls.slice(0, maxCalls).map((call, index) => `${index + 1}. ${callText(call, options)}`),
    ...(more > 0 ? [`${more} more: find out what each did before you repeat it.`] : []),
    ...(unseen === null ? [] : [unseen]),
  ].join('\n');
}

function callText(call: ActiveToolCall, options: RetryOptions): string {
  const name = `${line(call.tool, 60)} (${line(call.tool_use_id, 60)})`;
  const target =
    call.file === undefined ? '' : ` on \`${line(call.file, maxPathLength).replaceAll('`', "'")}\``;
  const command = call.command === undefined ? '' : `\n${fencedStart(call.command, maxCommandLength)}\n`;
  return `${name}${target}: ${statusOf(call, options)}.${command === '' ? ' ' : command}${advice(call, options)}`;
}

/** The text for the missing result of an interrupted call, when it is written into the conversation. */
export function interruptedResult(call: ActiveToolCall, options: RetryOptions): string {
  return plain(`[Interrupted: ${statusOf(call, options)}. ${advice(call, options)}]`);
}

const statusText: Readonly<Record<ActiveToolCall['status'], string>> = {
  started: 'it started, and its end was not seen',
  finished: 'it finished, but its result is not in your history',
  failed: 'it ended with an error, which is not in your history',
  unknown: 'it is not known whether it started',
};

function statusOf(call: ActiveToolCall, { callsWatched }: RetryOptions): string {
  return call.status === 'unknown' && callsWatched
    ? 'it was asked for, and no sign of its start was seen'
    : statusText[call.status];
}

function advice(call: ActiveToolCall, options: RetryOptions): string {
  switch (call.risk) {
    case 'read':
      if (options.autoRetryReadonlyTools) return 'It only reads: run it again if you still need it.';
      return options.unattended
        ? 'It only reads, but do not run it again: say in your answer what is missing.'
        : 'It only reads, but ask the user before you run it again.';
    case 'edit':
      return editAdvice(call);
    case 'command':
    case 'unknown':
      return commandAdvice(call, options);
  }
}

function editAdvice(call: ActiveToolCall): string {
  const check = call.file_check;
  const evidence = check === undefined ? '' : ` (${line(check.evidence, 200)})`;
  switch (check?.verdict) {
    case 'applied':
      return `The file was checked: applied${evidence}. Do not make this edit again.`;
    case 'not applied':
      return `The file was checked: not applied${evidence}. Make the edit again if it is still right.`;
    case 'changed otherwise':
      return `The file was checked: changed otherwise${evidence}. Read the file before you edit it.`;
    default:
      return `The file was checked, but whether the edit was applied cannot be told${evidence}. Read the file before you edit it.`;
  }
}

/** Says when a command may be run again. Ends a sentence about verifying its effect. */
function rerunAdvice({ autoRetryMutations, unattended }: RetryOptions): string {
  if (autoRetryMutations) return 'if it did not take effect, you may run it again.';
  return unattended
    ? 'run it again only if it certainly did not take effect; if you cannot tell, do not run it again and say so in your answer.'
    : 'ask the user before running it again.';
}

function commandAdvice(call: ActiveToolCall, options: RetryOptions): string {
  const again = rerunAdvice(options);
  switch (call.status) {
    case 'finished':
      return `Do not assume its output: verify what it did without changing anything, and ${again}`;
    case 'failed':
      return `It may have had an effect all the same: verify first, without changing anything, and ${again}`;
    default:
      return `Its outcome is unknown: it may have run to the end, in part or not at all. Verify first, without changing anything, and ${again}`;
  }
}
