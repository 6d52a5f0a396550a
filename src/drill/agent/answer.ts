/** Folds the events of one answer into its content blocks. */
import type { StreamEvent } from './client.ts';
import type { Block } from './transcript.ts';

interface OpenBlock {
  block: Record<string, unknown> & { type: string };
  json: string;
  done: boolean;
}

export interface Answer {
  readonly messageId: string;
  readonly model: string;
  readonly stopReason: string | null;
  /** The message has its stop reason, so it counts even if the stream breaks after that. */
  readonly started: boolean;
  readonly tokens: number;
  /** Blocks that are complete, and an open text block as far as it has arrived. */
  blocks(): readonly Block[];
  /** A tool call has begun, and its input is not complete. */
  insideTool(): boolean;
  text(): string;
  take(event: StreamEvent): Block | null;
}

/** `take` returns a tool call when the event completes it. */
export function newAnswer(): Answer {
  const open: OpenBlock[] = [];
  let messageId = '';
  let model = '';
  let stopReason: string | null = null;
  let started = false;
  let tokens = 0;
  const usable = ({ block, done }: OpenBlock) => done || (block.type === 'text' && block.text !== '');

  return {
    get messageId() {
      return messageId;
    },
    get model() {
      return model;
    },
    get stopReason() {
      return stopReason;
    },
    get started() {
      return started;
    },
    get tokens() {
      return tokens;
    },
    blocks: () => open.filter(usable).map(({ block }) => block),
    insideTool: () => open.some(({ block, done }) => block.type === 'tool_use' && !done),
    text: () =>
      open
        .filter(({ block }) => block.type === 'text')
        .map(({ block }) => String(block.text))
        .join('\n'),
    take(event) {
      const at = open[Number(event.index)];
      switch (event.type) {
        case 'message_start': {
          const message = event.message as { id?: string; model?: string };
          messageId = message.id ?? '';
          model = message.model ?? '';
          started = true;
          return null;
        }
        case 'content_block_start': {
          const block = { ...(event.content_block as OpenBlock['block']) };
          open[Number(event.index)] = { block, json: '', done: false };
          return null;
        }
        case 'content_block_delta': {
          if (!at) return null;
          const delta = event.delta as Readonly<Record<string, string>>;
          tokens += 1;
          if (delta.type === 'text_delta') at.block.text = `${at.block.text}${delta.text}`;
          if (delta.type === 'thinking_delta') at.block.thinking = `${at.block.thinking}${delta.thinking}`;
          if (delta.type === 'signature_delta') at.block.signature = delta.signature;
          if (delta.type === 'input_json_delta') at.json += delta.partial_json;
          return null;
        }
        case 'content_block_stop': {
          if (!at) return null;
          if (at.json) at.block.input = JSON.parse(at.json) as unknown;
          at.done = true;
          return at.block.type === 'tool_use' ? at.block : null;
        }
        case 'message_delta':
          stopReason = (event.delta as { stop_reason?: string }).stop_reason ?? null;
          return null;
        default:
          return null;
      }
    },
  };
}
