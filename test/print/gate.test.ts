/** The gate passes on the agent's own bytes, in order, at the right moment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeCode } from '../../src/agents/claude-code/index.ts';
import { printMode } from '../../src/agents/claude-code/senses/print.ts';
import { createGate, type Gate } from '../../src/print/gate.ts';

const line = (record: unknown) => `${JSON.stringify(record)}\n`;
const answer = line({ type: 'assistant', message: { model: 'm', content: [{ type: 'text', text: 'Yes' }] } });
const good = line({ type: 'result', subtype: 'success', is_error: false, result: 'Yes' });
const lost = 'API Error: Connection closed mid-response. The response above may be incomplete.';
const told = line({
  type: 'assistant',
  message: { model: '<synthetic>', content: [{ type: 'text', text: lost }] },
});
const bad = line({ type: 'result', subtype: 'success', is_error: true, result: lost });

function gateOf(args: readonly string[]): Gate {
  return createGate({ formats: printMode.formats(args), mode: printMode, onRecord: () => {} });
}
const records = () => gateOf(['-p', '--output-format', 'stream-json']);
const take = (gate: Gate, text: string) => gate.take(Buffer.from(text)).toString();

test('the adapter offers print mode', () => {
  expect(claudeCode.print).toBe(printMode);
});

describe('records', () => {
  test('are passed on line by line, however they are split, and none is lost', () => {
    const output = Buffer.from(`${answer}${told}${answer}no json\n\n${good}torn €`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 })), (sizes) => {
        const gate = records();
        const out: Buffer[] = [];
        let at = 0;
        for (const size of [...sizes, output.length]) {
          out.push(gate.take(output.subarray(at, at + size)));
          at += size;
        }
        const soFar = Buffer.concat(out).toString();
        expect(soFar.endsWith('\n') || soFar === '').toBe(true);
        expect(Buffer.concat([...out, gate.release()]).equals(output)).toBe(true);
      }),
    );
  });

  test('a control answer to a host is not part of the conversation', () => {
    const gate = records();
    const answered = line({ type: 'control_response', response: { subtype: 'success', request_id: '1' } });
    expect([take(gate, answered), gate.hasPrinted(), gate.hasSpoken()]).toEqual([answered, true, false]);
    take(gate, answer);
    expect(gate.hasSpoken()).toBe(true);
  });

  test('a torn line is held', () => {
    const gate = records();
    expect(take(gate, `${answer}{"type":"assi`)).toBe(answer);
    expect(gate.release().toString()).toBe('{"type":"assi');
  });

  test('the report of an error is held, with the message that announces it', () => {
    const gate = records();
    expect(take(gate, answer + told + bad)).toBe(answer);
    expect(gate.failure()).toBe('connection');
    expect(gate.isDone()).toBe(false);
    expect(gate.release().toString()).toBe(told + bad);
  });

  test('an error that was not the last word is passed on', () => {
    const gate = records();
    expect(take(gate, told)).toBe('');
    expect(take(gate, answer)).toBe(told + answer);
    expect(take(gate, good)).toBe(good);
    expect(gate.isDone()).toBe(true);
  });

  test('a host that sends records is told of an error at once', () => {
    const gate = gateOf(['-p', '--input-format', 'stream-json', '--output-format', 'stream-json']);
    expect(take(gate, told + bad)).toBe(told + bad);
  });
});

describe('an answer at the end', () => {
  test('is held until the agent has ended', () => {
    const gate = gateOf(['-p']);
    expect(take(gate, 'The answer\n')).toBe('');
    expect(gate.failure()).toBe('other');
    expect(gate.release().toString()).toBe('The answer\n');
  });

  test.each([
    ['text', `${lost}\n`],
    ['json', bad],
    ['json', line([JSON.parse(told), JSON.parse(bad)])],
  ])('tells its error as %s', (format, output) => {
    const gate = gateOf(['-p', '--output-format', format]);
    take(gate, output);
    expect(gate.failure()).toBe('connection');
  });

  test.each([
    ['text', 'The answer\n', true],
    ['text', 'The ans', false],
    ['json', good, true],
    ['json', good.slice(0, 20), false],
    ['json', bad, false],
  ])('is complete or not, while it is held: %s %j', (format, output, isComplete) => {
    const gate = gateOf(['-p', '--output-format', format]);
    take(gate, output);
    expect(gate.holdsAnswer()).toBe(isComplete);
    expect(gate.settle()?.toString()).toBe(isComplete ? output : undefined);
    expect(gate.holdsAnswer()).toBe(false);
  });

  test('is not held if it is too long', () => {
    const gate = gateOf(['-p']);
    const much = 'x'.repeat(9 * 1024 * 1024);
    expect(take(gate, much)).toBe(much);
    expect(take(gate, 'more')).toBe('more');
    expect(gate.release().toString()).toBe('');
  });
});
