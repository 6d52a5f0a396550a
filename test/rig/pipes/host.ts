/** Who has started the guard: sends prompts and requests, answers questions, and reads what comes. */
import { PassThrough } from 'node:stream';
import { isRecord } from '../../../src/agents/common/json.ts';
import { parseLine } from '../../../src/print/lines.ts';
import type { Sink } from '../../../src/print/sink.ts';
import { chance } from '../chance.ts';
import type { SimulatedTime } from '../typing/time.ts';
import { imageOf, type Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';

export interface Host {
  readonly stdin: PassThrough;
  readonly output: Sink;
  /** The only prompt, if it is an argument. */
  readonly argument: string | null;
  /** Judges the output of a run that has ended. */
  ended(code: number | null): void;
}

export function createHost(seed: number, time: SimulatedTime, ledger: Ledger, plan: Plan): Host {
  const draw = chance(seed, 'host');
  const stdin = new PassThrough();
  /** The answer to a question and its withdrawal may cross. */
  const questions = new Set<string>();
  let out = '';
  let sent = 0;
  let asked = 0;
  let waits: (() => void) | null = null;

  function words(again: boolean): string {
    const last = ledger.sent.at(-1);
    return again && last !== undefined ? last : ledger.unit();
  }
  /** Torn where it is torn. */
  function write(line: string, isLast = false): void {
    const bytes = Buffer.from(isLast && plan.tornEnd ? line.trimEnd() : line);
    const at = draw.happens(0.3) ? draw.between(0, bytes.length) : bytes.length;
    stdin.write(bytes.subarray(0, at));
    if (at < bytes.length) stdin.write(bytes.subarray(at));
  }
  function ask(subtype: string, more: object = {}): void {
    const id = `host-${++asked}`;
    ledger.hostAsked(id);
    write(`${JSON.stringify({ type: 'control_request', request_id: id, request: { subtype, ...more } })}\n`);
  }
  const end = () => {
    ledger.note('host: ends its input');
    stdin.end();
  };

  function goOn(): void {
    waits = null;
    const next = plan.prompts[sent];
    if (next === undefined) {
      if (plan.endsEarly) end();
      else awaitAll();
      return;
    }
    sent += 1;
    const isLast = sent === plan.prompts.length && plan.endsEarly;
    const text = words(next.again);
    const content = draw.weighted<unknown>([
      [5, text],
      [4, [{ type: 'text', text }]],
      [1, [imageOf(text)]],
    ]);
    ledger.hostSent(text, Array.isArray(content) && content[0].type === 'image');
    write(`${JSON.stringify({ type: 'user', message: { role: 'user', content } })}\n`, isLast);
    if (plan.control && next.asks !== null && !isLast) {
      if (next.asks === 'setting') ask('set_model', { model: `model ${sent}` });
      else if (next.asks === 'question') ask('get_context_usage');
      else time.after(draw.magnitude(1, 20_000), () => !stdin.writableEnded && ask('interrupt'));
    }
    const { when, pauseMs } = plan.prompts[sent] ?? { when: 'soon', pauseMs: 1 };
    if (when === 'ahead') goOn();
    else if (when === 'soon') time.after(pauseMs, goOn);
    else awaitAll(() => time.after(pauseMs, goOn));
  }
  function awaitAll(then: () => void = end): void {
    waits = () => {
      if (!ledger.isSettled()) return;
      waits = null;
      then();
    };
    waits();
  }

  function read(line: string): void {
    const record = parseLine(Buffer.from(line));
    const said = isRecord(record) ? record : {};
    if (said.type === 'control_cancel_request') {
      if (!questions.delete(String(said.request_id))) ledger.broke('only a question is withdrawn', line);
      return;
    }
    ledger.got(line);
    if (said.type === 'result') ledger.result(Number(said.turn), said.is_error === true);
    if (said.type === 'control_response' && isRecord(said.response))
      ledger.hostAnswered(String(said.response.request_id));
    if (said.type === 'control_request') {
      const id = String(said.request_id);
      questions.add(id);
      const response = { subtype: 'success', request_id: id, response: { behavior: 'allow' } };
      time.after(draw.magnitude(5, 60_000), () => {
        if (stdin.writableEnded) return;
        write(`${JSON.stringify({ type: 'control_response', response })}\n`);
      });
    }
    waits?.();
  }

  const argument = plan.input === 'argument' ? words(false) : null;
  if (plan.input === 'records') {
    if (plan.control) ask('initialize');
    time.after(draw.magnitude(1, 2_000), goOn);
  } else {
    ledger.hostSent(argument ?? words(false));
    if (plan.input === 'text') stdin.write(ledger.sent[0] ?? '');
    time.after(draw.magnitude(1, 2_000), () => stdin.end());
  }

  return {
    stdin,
    argument,
    output: {
      write(bytes) {
        out += bytes.toString();
        if (plan.output !== 'records') return;
        const rows = out.split('\n');
        out = rows.pop() ?? '';
        for (const row of rows) read(row);
      },
      isFull: () => false,
      onRoom() {},
      hasReader: () => true,
      failure: () => null,
      drained: async () => true,
    },
    ended(code) {
      if (plan.output === 'records') {
        if (out !== '' && code === 0) ledger.broke('what is passed on is whole', JSON.stringify(out));
        return;
      }
      for (const [, id] of out.matchAll(/answer of turn (\d+)/g)) ledger.result(Number(id), false);
    },
  };
}
