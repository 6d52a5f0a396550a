/** Tools that are open, as hooks tell; where they do not tell of the turn, as the record does. */
import type { Event, Millis, ToolRisk } from '../../events.ts';

export interface OpenTool {
  readonly toolUseId: string;
  readonly tool: string;
  readonly risk: ToolRisk;
  /** It works through the API itself. */
  readonly delegates: boolean;
  readonly limitMs: number | null;
  readonly startedAt: Millis;
  /** Known from the transcript alone. */
  readonly recorded: boolean;
  /** The subagent that runs it; null: the main turn. */
  readonly agentId: string | null;
}

type Tools = readonly OpenTool[];

/**
 * @param toldTurn hooks tell of the turn: then they tell of each start, too, and a call that is only on record has not
 *   begun
 * @param sessionId of the conversation until now
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

/** An open tool that a subagent runs. */
export const isOfSubagent = (tools: Tools, toolUseId: string): boolean =>
  tools.some((tool) => tool.toolUseId === toolUseId && tool.agentId !== null);

/**
 * Those that the main turn waits for. A subagent's count while the call that has started it is open; of one in the
 * background the turn knows nothing.
 */
export function ofMainTurn(tools: Tools): Tools {
  const waits = tools.some(({ delegates, agentId }) => delegates && agentId === null);
  return waits ? tools : tools.filter(({ agentId }) => agentId === null);
}
