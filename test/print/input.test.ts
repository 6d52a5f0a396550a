/** Input on its way to the agent: none is lost, and none is given twice. */
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { printMode } from '../../src/agents/claude-code/senses/print.ts';
import { createDialogue } from '../../src/print/dialogue.ts';
import { createInput } from '../../src/print/input.ts';
import { allAgain } from '../../src/print/input-again.ts';
import type { Recorded } from '../../src/print/on-record.ts';
import { forgotten } from '../../src/recover/prompt.ts';

const said = (text: string) =>
  `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;
const joined = (parts: readonly Buffer[] | null) => parts && Buffer.concat(parts).toString();

const onRecord = (...texts: readonly string[]) => texts.map((text) => ({ text }));
const bytesOf = (again: ReturnType<ReturnType<typeof createInput>['unrecorded']>) =>
  joined(again.prompts.map(({ bytes }) => bytes));

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
  expect(bytesOf(input.unrecorded(onRecord('again')))).toBe(`${said('again')}${said('new')}`);
  expect(bytesOf(input.unrecorded(onRecord('again', 'again', 'new')))).toBe('');
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
  ['one by one', 2, ['one', 'two', 'three'], ['four'], true],
  ['one by one, the next not yet on record', 2, ['one', 'two'], ['three', 'four'], false],
  ['one by one, the last but one in other words', 2, ['one', '<two>', 'three'], ['four'], true],
  ['the rest as one prompt', 1, ['one', 'two\n\nthree\n\nfour'], [], true],
  ['some of the rest as one prompt', 2, ['one', 'two\nthree'], ['four'], false],
  ['none of them', 0, [], ['one', 'two', 'three', 'four'], false],
])(
  'of prompts that were sent ahead, those that are not taken are given again: %s',
  async (_name, turns, recorded, missing, isOpen) => {
    const input = await sentAhead(turns);
    const unrecorded = input.unrecorded(onRecord(...recorded));
    expect(bytesOf(unrecorded)).toBe(missing.map(said).join(''));
    expect(unrecorded.isOpen).toBe(isOpen);
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
  const unrecorded = input.unrecorded(onRecord('one', 'two'));
  expect(bytesOf(unrecorded)).toBe(['three', 'four'].map(said).join(''));
  expect(unrecorded.isOpen).toBe(true);
  input.turnDone();
  expect(bytesOf(input.unrecorded(onRecord('one', 'two')))).toBe(['three', 'four'].map(said).join(''));
  expect(input.unrecorded(onRecord('one', 'two')).isOpen).toBe(false);
});

test('the turn of a prompt of the guard is that of the host’s prompt which was interrupted', async () => {
  const input = await sentAhead(0);
  expect(input.unrecorded(onRecord('one')).isOpen).toBe(true);
  input.said('you were interrupted');
  input.disconnect();
  input.connect(agent().stream, []);
  input.turnDone(); // of the guard's
  input.turnDone(); // of the host's second
  const again = input.unrecorded(onRecord('one', 'you were interrupted', 'two'));
  expect(bytesOf(again)).toBe(['three', 'four'].map(said).join(''));
  expect(again.isOpen).toBe(false);
});

test('a turn that goes on with two that were interrupted answers both', async () => {
  const input = await sentAhead(0);
  expect(input.unrecorded(onRecord('one', 'two')).isOpen).toBe(true);
  input.said('you were interrupted');
  input.turnDone();
  expect(input.unrecorded(onRecord('one', 'two', 'you were interrupted')).isOpen).toBe(false);
});

test('a prompt is found on record behind one of the guard', async () => {
  const input = await sentAhead(0);
  input.said('you were interrupted');
  const again = input.unrecorded(onRecord('one', 'you were interrupted\ntwo\nthree'));
  expect(bytesOf(again)).toBe(said('four'));
});

test('a turn that has ended behind one that took several prompts has answered the next', async () => {
  const input = await sentAhead(2);
  const again = input.unrecorded(onRecord('one\ntwo'));
  expect(bytesOf(again)).toBe(said('four'));
  expect(again).toMatchObject({ forgotten: ['three'], isOpen: false });
});

test('a turn of the agent’s own behind one that took several prompts has answered none', async () => {
  const source = new PassThrough();
  const dialogue = createDialogue(printMode.control);
  const input = createInput(source, { mode: printMode, dialogue });
  input.connect(agent().stream, []);
  source.write(said('one') + said('two'));
  await turn();
  input.turnDone();
  dialogue.fromAgent({}, { begins: true, ends: false });
  source.write(said('three'));
  await turn();
  dialogue.fromAgent({}, { begins: false, ends: true });
  input.turnDone();
  expect(bytesOf(input.unrecorded(onRecord('one\ntwo')))).toBe(said('three'));
});

test('a prompt that came after a turn of the agent’s own has no answer of that', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one') + said('two'));
  await turn();
  input.turnDone();
  input.turnDone(); // a command in the background has ended
  source.write(said('three'));
  await turn();
  expect(bytesOf(input.unrecorded(onRecord('one\ntwo')))).toBe(said('three'));
  expect(input.unrecorded(onRecord('one\ntwo', 'three')).isOpen).toBe(true);
});

test('what the host was answered and is not on record is said before its next prompt', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one'));
  await turn();
  input.turnDone();
  expect(input.unrecorded([])).toMatchObject({ prompts: [], forgotten: ['one'], isOpen: false });
  expect(input.preceded([], ['before', 'one', 'after'], ['before', 'after'])).toEqual([]);
  const next = agent();
  input.disconnect();
  input.connect(next.stream, []);
  source.write(said('two') + said('three'));
  await turn();
  const [two, three] = next.text().trim().split('\n');
  expect(JSON.parse(two ?? '')).toMatchObject({
    message: { content: ['before', 'one', 'after', 'two'].map((text) => ({ type: 'text', text })) },
  });
  expect(`${three}\n`).toBe(said('three'));
  const recorded = onRecord('before\none\nafter\ntwo');
  expect(input.unrecorded(recorded)).toMatchObject({ prompts: [{ text: 'three' }], forgotten: [] });
});

test('prompts that hooks have reported as one are answered together', async () => {
  const input = await sentAhead(1);
  input.taken('one\ntwo\nthree');
  expect(bytesOf(input.unrecorded([]))).toBe(said('four'));
});

test('a command stays first in its prompt', () => {
  const input = ofRecords(new PassThrough());
  const line = { bytes: Buffer.from(said('/compact')), text: '/compact', images: 0, turn: 0, inTurn: false };
  expect(joined(input.preceded([line], ['before'], ['before']))).toBe(said('/compact'));
});

test('an input to which something is added ends only after that', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  const first = agent();
  input.connect(first.stream, [], true);
  source.end(said('one').trimEnd());
  for (let n = 0; n < 5; n++) await turn();
  expect(first.stream.writableEnded).toBe(false);
  expect(first.text()).toBe(said('one'));
  input.finish();
  expect(first.stream.writableEnded).toBe(true);
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
  expect(bytesOf(input.unrecorded(onRecord()))).toBe(said('one').trimEnd());
});

test('a host’s last answer without a line end is understood', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.end('{"type":"control_request","number":2,"request":{"subtype":"interrupt"}}');
  for (let n = 0; n < 5; n++) await turn();
  expect(input.unrepeatable()).toMatch(/does not know/);
});

test('input from before the last turn is not given again', async () => {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(said('one'));
  await turn();
  input.turnDone();
  source.write(said('two'));
  await turn();
  input.turnDone();
  expect(bytesOf(input.unrecorded(onRecord()))).toBe('');
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
  expect(input.unrecorded(onRecord('one')).isOpen).toBe(false);
  expect(input.unrecorded(onRecord('one', 'two')).isOpen).toBe(true);
  source.write(said('three')); // while the second turn runs
  await turn();
  expect(input.unrecorded(onRecord('one', 'two')).isOpen).toBe(true);
  expect(input.unrecorded(onRecord('one')).isOpen).toBe(false);
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

const request = (id: string, subtype: string, more: object) =>
  `${JSON.stringify({ type: 'control_request', request_id: id, request: { subtype, ...more } })}\n`;

test('each prompt of the host is told of once, and nothing else of what it sends', async () => {
  const source = new PassThrough();
  const told: string[] = [];
  const reader = { mode: printMode, dialogue: createDialogue(printMode.control) };
  const input = createInput(source, reader, () => told.push('prompt'));
  input.connect(agent().stream, []);
  source.write(request('r1', 'initialize', {}) + said('one'));
  await turn();
  expect(told).toHaveLength(1);
  input.disconnect();
  input.connect(agent().stream, input.preceded(input.unrecorded([]).prompts, [], []));
  await turn();
  expect(told).toHaveLength(1);
  source.end(said('two').trimEnd());
  for (let n = 0; n < 5; n++) await turn();
  expect(told).toHaveLength(2);
});

const answerTo = (id: string, response: object) => ({
  type: 'control_response',
  response: { subtype: 'success', request_id: id, response },
});

/** A host has sent three prompts, and then asks this. */
async function ofHost(asks: string) {
  const source = new PassThrough();
  const dialogue = createDialogue(printMode.control);
  const input = createInput(source, { mode: printMode, dialogue });
  input.connect(agent().stream, []);
  const named = (uuid: string, text: string) => `${JSON.stringify({ ...JSON.parse(said(text)), uuid })}\n`;
  source.write(named('u1', 'one') + named('u2', 'two') + named('u3', 'three'));
  await turn();
  expect(input.unrecorded(onRecord('one')).prompts.map(({ text }) => text)).toEqual(['two', 'three']);
  source.write(asks);
  await turn();
  const tells = (record: object) => dialogue.fromAgent(record, { begins: false, ends: false });
  return { input, dialogue, tells };
}

test.each<[string, string, object, boolean]>([
  ['one by one', request('r1', 'cancel_async_message', { message_uuid: 'u2' }), { cancelled: true }, true],
  ['too late', request('r1', 'cancel_async_message', { message_uuid: 'u2' }), { cancelled: false }, false],
  ['with the turn', request('r1', 'interrupt', { cancel_queued: true }), { cancelled: ['u2', 'u9'] }, true],
])('what the host has taken back is not given again: %s', async (_name, asks, response, isGone) => {
  const { input, tells } = await ofHost(asks);
  tells(answerTo('r1', response));
  const left = isGone ? ['three'] : ['two', 'three'];
  expect(input.unrecorded(onRecord('one')).prompts.map(({ text }) => text)).toEqual(left);
  expect(joined(input.whole())?.includes('two')).toBe(!isGone);
  input.turnDone();
  input.turnDone();
  expect(input.unrecorded(onRecord('one', 'three')).isOpen).toBe(!isGone);
});

test.each([
  ['before its turn', ['queued', 'cancelled'], true],
  ['as its turn has failed', ['queued', 'started', 'cancelled'], false],
])('what the agent drops later is taken back, too: %s', async (_name, states, isGone) => {
  const { input, tells } = await ofHost(request('r1', 'cancel_async_message', { message_uuid: 'u2' }));
  tells(answerTo('r1', { cancelled: false }));
  for (const state of states)
    expect(tells({ type: 'command_lifecycle', command_uuid: 'u2', state })).toBe(true);
  const left = isGone ? ['three'] : ['two', 'three'];
  expect(input.unrecorded(onRecord('one')).prompts.map(({ text }) => text)).toEqual(left);
  input.turnDone();
  input.turnDone();
  expect(input.unrecorded(onRecord('one', 'three')).isOpen).toBe(!isGone);
});

test.each([
  ['that no agent has taken is carried out', ['one'], true],
  ['that an agent has taken is asked again', ['one', 'two'], false],
])('a recall without an answer, of a prompt %s', async (_name, recorded, isDone) => {
  const { input, dialogue } = await ofHost(request('r1', 'cancel_async_message', { message_uuid: 'u2' }));
  expect(input.unrecorded(onRecord(...recorded)).prompts.map(({ text }) => text)).toEqual(['three']);
  expect(dialogue.agentGone()).toEqual(isDone ? [answerTo('r1', { cancelled: true })] : []);
  expect(dialogue.opening()).toHaveLength(isDone ? 0 : 1);
  input.turnDone();
  input.turnDone();
  expect(input.unrecorded(onRecord(...recorded, 'three')).isOpen).toBe(!isDone);
});

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };
const shown = `${JSON.stringify({ type: 'user', message: { role: 'user', content: [image] } })}\n`;

async function inputOf(...lines: readonly string[]) {
  const source = new PassThrough();
  const input = ofRecords(source);
  input.connect(agent().stream, []);
  source.write(lines.join(''));
  await turn();
  return input;
}

/** What is given again if this is on record. */
async function bytesAfter(recorded: readonly Recorded[], ...lines: readonly string[]) {
  const input = await inputOf(...lines);
  input.preceded([], ['notice'], ['notice']);
  input.said('go on');
  return bytesOf(input.unrecorded(recorded));
}

test('a prompt without text is given to an agent on a new conversation, behind what must be said', async () => {
  const input = await inputOf(shown, said('two'));
  expect(joined(allAgain(input, null))).toBe(shown + said('two'));
  const [first] = allAgain(input, 'notice') ?? [];
  expect(JSON.parse(String(first))).toMatchObject({
    message: { content: [{ type: 'text', text: 'notice' }, image] },
  });
});

test.each<[string, Parameters<typeof bytesAfter>[0], string]>([
  ['not on record', [], shown + said('two')],
  ['on record', [{ text: '', images: 1 }], said('two')],
  ['reported by a hook', [{ text: '' }], said('two')],
  ['behind words of the guard', [{ text: 'notice', images: 1 }], said('two')],
  ['behind a prompt of the guard', [{ text: 'go on', images: 1 }], said('two')],
  ['not with a prompt of the guard alone', [{ text: 'go on', images: 0 }], shown + said('two')],
  ['nor with one that a hook reports', [{ text: 'go on' }], shown + said('two')],
  ['together with the next', [{ text: 'two', images: 1 }], ''],
  [
    'not with the next alone',
    [
      { text: '', images: 1 },
      { text: 'two', images: 0 },
    ],
    '',
  ],
])('a prompt without text is found on record: %s', async (_name, recorded, missing) => {
  expect(await bytesAfter(recorded, shown, said('two'))).toBe(missing);
});

test('prompts are found although the agent has left out their images, and with images between them', async () => {
  const both = `${JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'text', text: 'one' }, image] } })}\n`;
  expect(await bytesAfter([{ text: 'one', images: 0 }], both, said('two'))).toBe(said('two'));
  expect(await bytesAfter([{ text: 'one', images: 2 }], both, shown, said('two'))).toBe(said('two'));
  expect(await bytesAfter([{ text: '', images: 2 }], shown, shown, said('two'))).toBe(said('two'));
});

/** As an agent records a prompt that it has taken into the turn that ran. */
const joinedAs = (prompt: unknown, more: object = {}) =>
  printMode.readProgress({
    type: 'attachment',
    attachment: { type: 'queued_command', prompt, commandMode: 'prompt', ...more },
  });

test.each<[string, unknown]>([
  ['an image', [image]],
  ['words in blocks', [{ type: 'text', text: 'two' }]],
  ['an image with words', [image, { type: 'text', text: 'two' }]],
  ['words', 'two'],
])('a prompt that was taken into a turn that ran is not given again: %s', async (_name, content) => {
  const sent = `${JSON.stringify({ type: 'user', message: { role: 'user', content } })}\n`;
  const input = await inputOf(said('one'), sent, said('three'));
  const recorded = [{ text: 'one' }, joinedAs(content)].filter((each) => each !== null && 'text' in each);
  expect(bytesOf(input.unrecorded(recorded))).toBe(said('three'));
  input.turnDone();
  expect(input.unrecorded(recorded).isOpen).toBe(false);
});

test('a note that an agent takes into a turn holds no image of the host’s', () => {
  expect(joinedAs([image], { isMeta: true })).toBeNull();
});

test('an image that was taken together with words is not the next one', async () => {
  const input = await inputOf(shown, said('two'), shown, said('four'));
  for (let n = 0; n < 3; n++) input.turnDone();
  const recorded = [
    { text: 'two', images: 1 },
    { text: '', images: 1 },
    { text: 'four', images: 0 },
  ];
  expect(input.unrecorded(recorded)).toMatchObject({ prompts: [], isOpen: false });
});

test('a hook that reports the next prompt alone says nothing of one without text', async () => {
  const input = await inputOf(shown, said('two'), said('three'));
  input.turnDone();
  input.turnDone();
  input.taken('two');
  input.taken('three'); // its turn has not ended
  expect(bytesOf(input.unrecorded(onRecord('', 'two')))).toBe(said('three'));
});

test('the turn of a prompt without text is not that of the next one', async () => {
  const input = await inputOf(shown, said('two'));
  input.turnDone();
  expect(bytesOf(input.unrecorded([]))).toBe(said('two'));
  const again = allAgain(input, null) ?? [];
  expect(JSON.parse(String(again[0])).message.content).toEqual(
    [forgotten.before, forgotten.withoutText, forgotten.after, 'two'].map((text) => ({ type: 'text', text })),
  );
  const words = [forgotten.before, forgotten.withoutText, forgotten.after, 'two'].join('\n');
  expect(bytesOf(input.unrecorded(onRecord(words)))).toBe('');
});

test.each<[string, object, ReturnType<typeof printMode.readPrompt>]>([
  ['an image', { message: { content: [image] } }, { text: '', images: 1 }],
  [
    'an image with words',
    { message: { content: [image, { type: 'text', text: 'a' }] } },
    { text: 'a', images: 1 },
  ],
  ['a result with an image', { message: { content: [{ type: 'tool_result' }, image] } }, null],
  ['pages that a tool has read', { isMeta: true, message: { content: [{ type: 'document' }] } }, null],
  ['nothing', { message: { content: [] } }, null],
])('a record with %s asks %j', (_name, record, asked) => {
  expect(printMode.readPrompt({ type: 'user', ...record })).toEqual(asked);
  expect(printMode.readProgress({ type: 'user', ...record })).toEqual(
    asked && { kind: 'prompt', ...asked, atMs: null },
  );
});
