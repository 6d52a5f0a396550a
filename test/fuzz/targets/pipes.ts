/** What is said in pipes. */
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { createDialogue } from '../../../src/print/dialogue.ts';
import { createGate } from '../../../src/print/gate.ts';
import { conversationId, judge, parsed } from '../consequences.ts';
import { fixtures, holds, inChunks, linesOf, reader, type Target } from '../target.ts';

export const pipes: Target = {
  what: 'what a host and an agent say to each other in pipes',
  seeds: () => [
    ...linesOf(fixtures('python', /./)).slice(0, 50),
    ...[
      { type: 'control_request', request_id: 'a', request: { subtype: 'initialize' } },
      { type: 'control_request', request_id: 'b', request: { subtype: 'set_model', model: 'x' } },
      {
        type: 'control_request',
        request_id: 'c',
        request: { subtype: 'can_use_tool', tool_name: 'Bash', input: {} },
      },
      { type: 'control_response', response: { subtype: 'success', request_id: 'a', response: {} } },
      { type: 'control_cancel_request', request_id: 'c' },
      { type: 'system', subtype: 'init', session_id: conversationId, permissionMode: 'plan' },
      {
        type: 'assistant',
        message: { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] },
      },
      { type: 'result', subtype: 'success', is_error: true, result: 'API Error: 500' },
    ].map((record) => Buffer.from(`${JSON.stringify(record)}\n`)),
  ],
  words: [
    '"type":"control_request",',
    '"request_id":"a",',
    '"subtype":"interrupt"',
    '"is_error":true,',
    '\n',
  ],
  open: async () =>
    reader((input) => {
      const { print } = claudeCode;
      if (print === null) return;
      const dialogue = createDialogue(print.control);
      for (const line of input.toString('utf8').split('\n')) {
        const record = parsed(line);
        dialogue.fromHost(record, Buffer.from(line));
        print.readPrompt(record);
        const { begins, result, observations } = print.readOutput(record);
        dialogue.fromAgent(record, { begins, ends: result !== null });
        judge(observations);
      }
      dialogue.agentGone();
      dialogue.opening();
      dialogue.onceBegun();
      for (const output of ['records', 'document', 'text'] as const) {
        const gate = createGate({ formats: { input: 'text', output }, mode: print, onRecord: () => {} });
        const passed = [...inChunks(input).map((chunk) => gate.take(chunk)), gate.release()];
        holds(Buffer.concat(passed).equals(input), `all output is passed on (${output})`);
      }
    }),
};
