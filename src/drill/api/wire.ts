/** What the simulated API writes: the server-sent events and the JSON document of the Messages API. */
import type { Step } from './scenario.ts';

/** One server-sent event. */
export const sse = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export const messageHead = (id: string, model: string) => ({
  id,
  type: 'message',
  role: 'assistant',
  model,
  content: [] as unknown[],
  stop_reason: null as string | null,
  stop_sequence: null,
  usage: { input_tokens: 100, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 },
});

/** A text in pieces of one word each, so that a stream looks like one. */
export const words = (text: string): readonly string[] => text.match(/\S+\s*|\s+/g) ?? [text];

/** The pieces of a text step. If the step waits for something, the text is repeated until that has happened. */
export function* spoken(step: Extract<Step, { do: 'text' }>): Generator<string> {
  do yield* words(step.text);
  while (step.until && !step.until());
}

/** A tool's input in pieces of 12 characters, truncated after `part` (0…1) of it. */
export function inputPieces(input: unknown, part = 1): readonly string[] {
  const json = JSON.stringify(input);
  return json.slice(0, Math.floor(json.length * part)).match(/.{1,12}/gs) ?? [''];
}
