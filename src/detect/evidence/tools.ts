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

/**
 * @param toldTurn hooks report the turn. Then they report each start, too, and a call known only from the record has
 *   not begun.
 * @param sessionId the conversation's id before this event
 */
export function foldTools(
  tools: Tools,
  event: Event,
  now: Millis,
  toldTurn: boolean,
  sessionId: string | null,
): Tools {
  switch (event.type) {
    case 'tool.started': {
      if (event.recorded && toldTurn) return tools;
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
      return event.sessionId === sessionId ? tools : [];
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
export function ofMainTurn(tools: Tools): Tools {
  const waits = tools.some(({ delegates, agentId }) => delegates && agentId === null);
  return waits ? tools : tools.filter(({ agentId }) => agentId === null);
}
