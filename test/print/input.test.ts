/** Input on its way to the agent: none is lost, and none is given twice. */
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { printMode } from '../../src/agents/claude-code/senses/print.ts';
import { createDialogue } from '../../src/print/dialogue.ts';
import { createInput } from '../../src/print/input.ts';

const said = (text: string) =>
  `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;
const joined = (parts: readonly Buffer[] | null) => parts && Buffer.concat(parts).toString();

const ofRecords = (source: PassThrough) =>
  createInput(source, { mode: printMode, dialogue: createDialogue(printMode.control) });

/** An agent's end of the pipe, and what has arrived there. */
function agent() {
  const stream = new PassThrough();
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return { stream, text: () => Buffer.concat(pieces).toString() };
}

test('text passes unchanged, including its end, and is kept', async () => {
  const source = new PassThrough();
  const input = createInput(source, null);
  source.write('before the agent ');
  const { stream, text } = agent();
  input.connect(stream, []);
  source.end(Buffer.from([0xff, 0x00, 0x0a]));
  for (let n = 0; n < 5; n++) await turn();
  expect(stream.writableEnded).toBe(true);
  expect(Buffer.from(joined(input.whole()) ?? '')).toEqual(Buffer.from(text()));
  expect(text().startsWith('before the agent ')).toBe(true);
});

test('input that arrives while no agent runs waits for the next', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  const first = agent();
  input.connect(first.stream, []);
  source.write(said('one'));
  await turn();
  input.disconnect();
  source.write(said('two'));
  await turn();
  const second = agent();
  input.connect(second.stream, [Buffer.from(said('you were interrupted'))]);
  for (let n = 0; n < 5; n++) await turn();
  expect(first.text()).toBe(said('one'));
  expect(second.text()).toBe(said('you were interrupted') + said('two'));
});

test('a resumed agent gets what its transcript does not contain, and lines only once they are whole', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(`${said('again')}${said('again')}${said('new')}{"type":"us`);
  await turn();
  expect(joined(input.unrecorded(['again']).bytes)).toBe(`${said('again')}${said('new')}`);
  expect(joined(input.unrecorded(['again', 'again', 'new']).bytes)).toBe('');
  const next = agent();
  input.disconnect();
  input.connect(next.stream, []);
  source.end('er"}');
  for (let n = 0; n < 5; n++) await turn();
  expect(next.text()).toBe('{"type":"user"}');
});

/** An agent that has been sent four prompts at once, and has ended so many turns. */
async function sentAhead(turns: number) {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(['one', 'two', 'three', 'four'].map(said).join(''));
  await turn();
  for (let n = 0; n < turns; n++) input.turnDone();
  return input;
}

test.each<[string, number, readonly string[], readonly string[], boolean]>([
  ['one by one', 2, ['one', 'two', 'three'], ['four'], false],
  ['one by one, the next not yet on record', 2, ['one', 'two'], ['three', 'four'], true],
  ['one by one, the last but one in other words', 2, ['one', '<two>', 'three'], ['four'], false],
  ['the rest as one prompt', 1, ['one', 'two\n\nthree\n\nfour'], [], false],
  ['some of the rest as one prompt', 2, ['one', 'two\nthree'], ['four'], true],
  ['none of them', 0, [], ['one', 'two', 'three', 'four'], true],
])(
  'of prompts that were sent ahead, those that are not taken are given again: %s',
  async (_name, turns, recorded, missing, isRestAnswered) => {
    const input = await sentAhead(turns);
    const unrecorded = input.unrecorded(recorded);
    expect(joined(unrecorded.bytes)).toBe(missing.map(said).join(''));
    expect(unrecorded.isRestAnswered).toBe(isRestAnswered);
  },
);

test('turns that no prompt has asked for answer no prompt that comes later', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one'));
  await turn();
  for (let n = 0; n < 4; n++) input.turnDone(); // three of them: commands in the background have ended
  source.write(['two', 'three', 'four'].map(said).join(''));
  await turn();
  const unrecorded = input.unrecorded(['one', 'two']);
  expect(joined(unrecorded.bytes)).toBe(['three', 'four'].map(said).join(''));
  expect(unrecorded.isRestAnswered).toBe(false);
  input.turnDone();
  expect(joined(input.unrecorded(['one', 'two']).bytes)).toBe(['three', 'four'].map(said).join(''));
  expect(input.unrecorded(['one', 'two']).isRestAnswered).toBe(true);
});

test('answers to the guard’s own prompts are none to those of the host', async () => {
  const input = await sentAhead(0);
  for (let n = 0; n < 2; n++) {
    input.disconnect();
    input.connect(agent().stream, [], true);
    input.turnDone(); // of the guard's
    input.turnDone(); // of the host's
  }
  expect(joined(input.unrecorded(['one', 'two']).bytes)).toBe(['three', 'four'].map(said).join(''));
});

test('a last record without a line end is one like any other', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  const first = agent();
  input.connect(first.stream, []);
  source.end(said('one').trimEnd());
  for (let n = 0; n < 5; n++) await turn();
  expect(first.text()).toBe(said('one').trimEnd());
  expect(joined(input.whole())).toBe(said('one').trimEnd());
  expect(joined(input.unrecorded([]).bytes)).toBe(said('one').trimEnd());
});

test('a host’s last answer without a line end is understood', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.end('{"type":"control_request","number":2,"request":{"subtype":"interrupt"}}');
  for (let n = 0; n < 5; n++) await turn();
  expect(input.unrepeatable()).toMatch(/does not know/);
});

test('input from before the last turn is forgotten', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one'));
  await turn();
  input.turnDone();
  source.write(said('two'));
  await turn();
  input.turnDone();
  expect(joined(input.unrecorded([]).bytes)).toBe(said('two'));
});

test('whether every prompt on record has its answer', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one'));
  await turn();
  input.turnDone();
  source.write(said('two'));
  await turn();
  expect(input.unrecorded(['one']).isRestAnswered).toBe(true);
  expect(input.unrecorded(['one', 'two']).isRestAnswered).toBe(false);
  source.write(said('three')); // while the second turn runs
  await turn();
  expect(input.unrecorded(['one', 'two']).isRestAnswered).toBe(false);
  expect(input.unrecorded(['one']).isRestAnswered).toBe(true);
});

test('a host’s request is not a prompt, and one in an unknown form cannot be repeated', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write('{"type":"control_request","request_id":"1","request":{"subtype":"initialize"}}\n');
  source.write(said('one'));
  await turn();
  expect([input.unrepeatable(), joined(input.whole())]).toEqual([null, said('one')]);
  source.write('{"type":"control_request","number":2,"request":{"subtype":"interrupt"}}\n');
  await turn();
  expect(input.unrepeatable()).toMatch(/does not know/);
});
