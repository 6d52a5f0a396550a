/**
 * Plays a scenario as an answer. A streaming request gets events as the steps say. A request without `stream` (the
 * agent's fallback) gets the same content as one document at the end, with the same faults on the way.
 */
import type { ServerResponse } from 'node:http';
import type { Scenario, Step } from './scenario.ts';
import { pause, untilGone } from './waiting.ts';
import { inputPieces, messageHead, spoken, sse, words } from './wire.ts';

export interface Stage {
  readonly response: ServerResponse;
  readonly model: string;
  readonly messageId: string;
  readonly streaming: boolean;
  /** Fresh id for a tool call without one. */
  readonly newToolId: () => string;
  /** TCP reset of the underlying connection. */
  readonly reset: () => void;
  readonly close: () => void;
  /** Called at the first step that makes the answer a bad one. */
  readonly onFault: () => void;
}

/** How the answer ended on our side. */
export type Played = 'complete' | 'fault' | 'abandoned';

/** An answer is bad from the first of these steps on. `body` is among them, because healthy answers are streams. */
const faulty: ReadonlySet<Step['do']> = new Set([
  'ping',
  'comment',
  'error',
  'body',
  'hang',
  'reset',
  'close',
]);

function* textDeltas(step: Extract<Step, { do: 'text' }>): Iterable<object> {
  for (const text of spoken(step)) yield { type: 'text_delta', text };
}

/** Resolves when the answer has ended or the other side has gone. */
export async function play(scenario: Scenario, stage: Stage): Promise<Played> {
  const { response } = stage;
  const head = messageHead(stage.messageId, stage.model);
  let index = 0;
  let output = 1;

  const send = (event: string, data: object) => {
    if (!stage.streaming || response.destroyed) return;
    openStream();
    response.write(sse(event, { type: event, ...data }));
  };
  const openStream = (headers: Readonly<Record<string, string>> = {}) => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': 'req_drill',
      ...headers,
    });
    response.flushHeaders();
  };
  /** Sends one content block piece by piece; false: the other side has gone. */
  const block = async (opening: object, deltas: Iterable<object>, everyMs: number, open: boolean) => {
    send('content_block_start', { index, content_block: opening });
    for (const delta of deltas) {
      if (everyMs > 0 && !(await pause(response, everyMs))) return false;
      send('content_block_delta', { index, delta });
      output += 1;
    }
    if (!open) send('content_block_stop', { index });
    index += 1;
    return true;
  };

  const perform = async (step: Step): Promise<Played | null> => {
    switch (step.do) {
      case 'headers':
        if (stage.streaming) openStream(step.headers);
        return null;
      case 'start':
        send('message_start', { message: head });
        return null;
      case 'text': {
        head.content.push({ type: 'text', text: step.text });
        const alive = await block(
          { type: 'text', text: '' },
          textDeltas(step),
          step.everyMs ?? 10,
          step.open ?? false,
        );
        return alive ? null : 'abandoned';
      }
      case 'thinking': {
        head.content.push({ type: 'thinking', thinking: step.text, signature: 'drill' });
        const deltas: object[] = words(step.text).map((thinking) => ({ type: 'thinking_delta', thinking }));
        if (!step.open) deltas.push({ type: 'signature_delta', signature: 'drill' });
        const opening = { type: 'thinking', thinking: '', signature: '' };
        const alive = await block(opening, deltas, step.everyMs ?? 10, step.open ?? false);
        return alive ? null : 'abandoned';
      }
      case 'tool': {
        const id = step.id ?? stage.newToolId();
        head.content.push({ type: 'tool_use', id, name: step.name, input: step.input });
        const deltas = inputPieces(step.input, step.part).map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        }));
        const opening = { type: 'tool_use', id, name: step.name, input: {} };
        const alive = await block(opening, deltas, step.everyMs ?? 5, step.part !== undefined);
        return alive ? null : 'abandoned';
      }
      case 'ping':
      case 'comment':
        for (let sent = 0; sent < (step.times ?? Number.POSITIVE_INFINITY); sent += 1) {
          if (!(await pause(response, step.everyMs))) return 'abandoned';
          if (step.do === 'ping') send('ping', {});
          else if (stage.streaming) response.write(': keep-alive\n\n');
        }
        return null;
      case 'delta':
        head.stop_reason = step.reason ?? 'end_turn';
        send('message_delta', {
          delta: { stop_reason: head.stop_reason, stop_sequence: null },
          usage: { output_tokens: output },
        });
        return null;
      case 'stop':
        send('message_stop', {});
        return null;
      case 'error':
        if (stage.streaming) send('error', { error: { type: step.type, message: step.message } });
        else response.writeHead(500, { 'content-type': 'application/json' });
        response.end(
          stage.streaming
            ? undefined
            : JSON.stringify({ type: 'error', error: { type: step.type, message: step.message } }),
        );
        return 'fault';
      case 'body':
        response.writeHead(step.status, { 'content-type': step.type, ...step.headers });
        response.end(step.body);
        return 'fault';
      case 'wait':
        return (await pause(response, step.ms)) ? null : 'abandoned';
      case 'hang':
        await untilGone(response);
        return 'fault';
      case 'reset':
        stage.reset();
        return 'fault';
      case 'close':
        stage.close();
        return 'fault';
    }
  };

  for (const step of scenario) {
    if (faulty.has(step.do)) stage.onFault();
    const over = await perform(step);
    if (over) return over;
  }
  if (response.destroyed) return 'abandoned';
  if (stage.streaming) response.end();
  else {
    head.usage.output_tokens = output;
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_drill' });
    response.end(JSON.stringify(head));
  }
  return 'complete';
}
