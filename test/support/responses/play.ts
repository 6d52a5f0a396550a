/**
 * Plays a scenario as a stream of the Responses API. The steps are those of the simulated Messages API: they describe
 * content, and this file defines what a text or a tool call looks like on the wire.
 */
import type { ServerResponse } from 'node:http';
import type { Played } from '../../../src/drill/api/play.ts';
import type { Scenario, Step } from '../../../src/drill/api/scenario.ts';
import { pause, untilGone } from '../../../src/drill/api/waiting.ts';
import { spoken, sse, words } from '../../../src/drill/api/wire.ts';

export interface ResponseStage {
  readonly response: ServerResponse;
  readonly id: string;
  readonly reset: () => void;
  readonly close: () => void;
  /** Called when the answer becomes a bad one. */
  readonly onFault: () => void;
}

const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 120,
};

/** @returns when the answer has ended or the other side has gone */
export async function playResponse(scenario: Scenario, stage: ResponseStage): Promise<Played> {
  const { response, id } = stage;
  let index = 0;

  const openStream = (headers: Readonly<Record<string, string>> = {}) => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    response.flushHeaders();
  };
  const send = (type: string, data: object) => {
    if (response.destroyed) return;
    openStream();
    response.write(sse(type, { type, ...data }));
  };

  async function sendText(step: Extract<Step, { do: 'text' }>): Promise<Played | null> {
    const item = { type: 'message', role: 'assistant', id: `${id}_msg_${index}` };
    send('response.output_item.added', { output_index: index, item: { ...item, content: [] } });
    for (const delta of spoken(step)) {
      if (!(await pause(response, step.everyMs ?? 10))) return 'abandoned';
      send('response.output_text.delta', {
        item_id: item.id,
        output_index: index,
        content_index: 0,
        delta,
      });
    }
    if (step.open) return null;
    const content = [{ type: 'output_text', text: step.text, annotations: [] }];
    send('response.output_item.done', { output_index: index++, item: { ...item, content } });
    return null;
  }

  function sendCall(step: Extract<Step, { do: 'tool' }>): void {
    const item = {
      type: 'function_call',
      id: `${id}_fc_${index}`,
      call_id: step.id ?? `${id}_call_${index}`,
      name: step.name,
    };
    send('response.output_item.added', { output_index: index, item: { ...item, arguments: '' } });
    if (step.part !== undefined) return;
    send('response.output_item.done', {
      output_index: index++,
      item: { ...item, arguments: JSON.stringify(step.input) },
    });
  }

  async function sendReasoning(step: Extract<Step, { do: 'thinking' }>): Promise<Played | null> {
    const item = { type: 'reasoning', id: `${id}_rs_${index}` };
    send('response.output_item.added', { output_index: index, item: { ...item, summary: [] } });
    for (const delta of words(step.text)) {
      if (!(await pause(response, step.everyMs ?? 10))) return 'abandoned';
      send('response.reasoning_summary_text.delta', { item_id: item.id, summary_index: 0, delta });
    }
    if (step.open) return null;
    const summary = [{ type: 'summary_text', text: step.text }];
    send('response.output_item.done', { output_index: index++, item: { ...item, summary } });
    return null;
  }

  async function perform(step: Step): Promise<Played | null> {
    switch (step.do) {
      case 'headers':
        openStream(step.headers);
        return null;
      case 'start':
        send('response.created', { response: { id } });
        return null;
      case 'text':
        return await sendText(step);
      case 'thinking':
        return await sendReasoning(step);
      case 'tool':
        sendCall(step);
        return null;
      case 'delta':
        return null; // this API has no such event
      case 'stop':
        send('response.completed', { response: { id, usage } });
        return null;
      case 'ping':
      case 'comment':
        stage.onFault();
        for (let sent = 0; sent < (step.times ?? Number.POSITIVE_INFINITY); sent += 1) {
          if (!(await pause(response, step.everyMs))) return 'abandoned';
          response.write(': keep-alive\n\n');
        }
        return null;
      case 'error':
        stage.onFault();
        send('response.failed', { response: { id, error: { code: step.type, message: step.message } } });
        response.end();
        return 'fault';
      case 'body':
        stage.onFault();
        response.writeHead(step.status, { 'content-type': step.type, ...step.headers });
        response.end(step.body);
        return 'fault';
      case 'wait':
        return (await pause(response, step.ms)) ? null : 'abandoned';
      case 'hang':
        stage.onFault();
        await untilGone(response);
        return 'fault';
      case 'reset':
      case 'close':
        stage.onFault();
        stage[step.do]();
        return 'fault';
    }
  }

  for (const step of scenario) {
    const over = await perform(step);
    if (over) return over;
  }
  if (response.destroyed) return 'abandoned';
  response.end();
  return 'complete';
}
