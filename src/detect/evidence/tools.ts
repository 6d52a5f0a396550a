/** The open tools, as hooks report them; where hooks do not report the turn, as the record does. */
import type { Event, Millis, ToolRisk } from '../../events.ts';

export interface OpenTool {
  readonly toolUseId: string;
  readonly tool: string;
  readonly risk: ToolRisk;
  /** It works through the API, as a subagent does. */
  readonly delegates: boolean;
  readonly limitMs: number | null;
  readonly startedAt: Millis;
  /** Known only from the transcript, or from what is printed. */
  readonly recorded: boolean;
  /** The subagent that runs it; null: the main turn runs it. */
  readonly agentId: string | null;
}

type Tools = readonly OpenTool[];

const keptEnds = 8;

/**
 * Hooks and the record report a call each in their own time, so its end may be heard before its start. Such a start
 * opens nothing.
 */
export function foldEndedCalls({ tools, endedCalls }: Before, event: Event): readonly string[] {
  if (event.type === 'agent.started') return [];
  if (event.type !== 'tool.finished') return endedCalls;
  const { toolUseId } = event;
  const isKnown = endedCalls.includes(toolUseId) || tools.some((tool) => tool.toolUseId === toolUseId);
  return isKnown ? endedCalls : [...endedCalls.slice(1 - keptEnds), toolUseId];
}

interface Before {
  readonly tools: Tools;
  readonly endedCalls: readonly string[];
  /** Not null if hooks report the turn. */
  readonly turn: { readonly told: object | null };
  readonly conversation: { readonly sessionId: string | null };
}

export function foldTools(
  { tools, endedCalls, turn, conversation }: Before,
  event: Event,
  now: Millis,
): Tools {
  switch (event.type) {
    case 'tool.started': {
      // If hooks report the turn, they report each start, too, and a call known only from the record has not begun.
      if ((event.recorded && turn.told !== null) || endedCalls.includes(event.toolUseId)) return tools;
      const {
        toolUseId,
        tool,
        risk,
        delegates = false,
        limitMs = null,
        recorded = false,
        agentId = null,
      } = event;
      const opened = { toolUseId, tool, risk, delegates, limitMs, recorded, agentId, startedAt: now };
      return [...without(tools, toolUseId), opened];
    }
    case 'tool.finished':
      return without(tools, event.toolUseId);
    case 'subagent.ended':
      return tools.filter(({ agentId }) => agentId !== event.agentId);
    case 'session':
      return event.sessionId === conversation.sessionId ? tools : [];
    case 'agent.started':
    case 'turn.started':
    case 'turn.ended':
    case 'interrupted':
      return tools.length === 0 ? tools : [];
    default:
      return tools;
  }
}

const without = (tools: Tools, toolUseId: string): Tools =>
  tools.filter((tool) => tool.toolUseId !== toolUseId);

/**
 * The tools that the main turn waits for. A subagent's tools count while the call that started the subagent is open.
 * The main turn does not wait for a subagent in the background.
 */
export const ofMainTurn = (tools: Tools): Tools =>
  awaitsSubagent(tools) ? tools : tools.filter(({ agentId }) => agentId === null);

/**
 * The main turn waits for a subagent, and with it for the subagent's requests. @param beside a call that does not count
 */
export const awaitsSubagent = (tools: Tools, beside?: string): boolean =>
  tools.some(({ delegates, agentId, toolUseId }) => delegates && agentId === null && toolUseId !== beside);
