import { describe, expect, test } from 'vitest';
import { blockError } from '../../../src/drill/api/blocks.ts';
import { rawBodyError } from '../../../src/drill/api/raw-body.ts';
import type { Block } from '../../../src/drill/api/request.ts';
import { gif, jpeg, png, webp } from '../../support/images.ts';

describe('characters of the raw body', () => {
  test.each<[string, string, RegExp | null]>([
    ['plain text', '{"a":"é😀\\n"}', null],
    ['a NUL', '{"a":"x\\u0000y"}', /unexpected end of data: line 1 column 8 \(char 7\)/],
    ['the text of such an escape', '{"a":"x\\\\u0000y"}', null],
    ['both halves', '{"a":"\\ud83d\\ude00"}', null],
    ['a first half alone', '{"a":"\\ud83d"}', /no low surrogate in string: line 1 column 7 \(char 6\)/],
    ['a second half alone', '{"a":"\\ude00"}', /no low surrogate/],
    ['a first half before a pair', '{"a":"\\ud83d\\ud83d\\ude00"}', /no low surrogate/],
    ['a first half before another escape', '{"a":"\\ud83d\\n"}', /no low surrogate/],
    ['halves with text between', '{"a":"\\ud83dx\\ude00"}', /no low surrogate/],
    ['the text of half a pair', '{"a":"\\\\ud83d"}', null],
    ['half a pair in a key', '{"a\\uDE00":1}', /no low surrogate/],
  ])('%s', (_title, body, wording) => {
    const error = rawBodyError(Buffer.from(body));
    if (wording === null) expect(error).toBeNull();
    else expect(error).toMatch(wording);
  });

  test('half a pair without an escape', () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0xbd]), Buffer.from('"}')]);
    expect(rawBodyError(body)).toMatch(/no low surrogate/);
  });
});

const image = (bytes: Buffer): Block => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: bytes.toString('base64') },
});
const pdf = (text: string): Block => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from(text).toString('base64') },
});
const result = (...content: Block[]): Block => ({ type: 'tool_result', tool_use_id: 'a', content });
const call = (fields: Record<string, unknown>): Block => ({
  type: 'tool_use',
  id: 'a',
  name: 'Bash',
  input: {},
  ...fields,
});
const many = (count: number, bytes: Buffer) => Array.from({ length: count }, () => image(bytes));

test.each<[string, readonly Block[], RegExp | null]>([
  ['an empty text', [{ type: 'text', text: '' }], /^messages: text content blocks must be non-empty$/],
  [
    'an empty text with cache control',
    [{ type: 'text', text: '', cache_control: {} }],
    /^messages\.0\.content\.0\.text: cache_control cannot be set/,
  ],
  ['a blank text in a result', [result({ type: 'text', text: ' \n' })], /must contain non-whitespace text/],
  ['a result without text', [{ type: 'tool_result', tool_use_id: 'a', content: '' }], null],
  ['an empty result', [result()], null],
  [
    'empty thinking',
    [{ type: 'thinking', thinking: '', signature: 's' }],
    /each thinking block must contain/,
  ],
  ['a tool name of 200', [call({ name: 'x'.repeat(200) })], null],
  ['a tool name of 201', [call({ name: 'x'.repeat(201) })], /tool_use\.name: String should have at most 200/],
  ['a call without arguments', [call({})], null],
  ['an input that is a text', [call({ input: '' })], /tool_use\.input: Input should be a valid dictionary/],
  ['an input that is a list', [call({ input: [] })], /Input should be a valid dictionary/],
  ['an input that is null', [call({ input: null })], /Input should be a valid dictionary/],
  ['images of all kinds', [png, jpeg, gif, webp].map((make) => image(make(8_000, 20))), null],
  ['a web page as image', [result(image(Buffer.from('<html>')))], /^Could not process image$/],
  ['an image too wide', [image(jpeg(8_001, 10))], /max allowed size: 8000 pixels/],
  [
    'an image with too many bytes',
    [result(image(Buffer.concat([png(9, 9), Buffer.alloc(4 * 1024 * 1024)])))],
    /^messages\.0\.content\.0\.tool_result\.content\.0\.image\.source\.base64: image exceeds 5 MB maximum: 5\d+/,
  ],
  ['20 images, all large', many(20, png(2_001, 9)), null],
  ['21 images, all small', many(21, png(2_000, 9)), null],
  [
    '21 images, one large',
    [...many(20, png(9, 9)), image(webp(9, 2_001))],
    /^messages\.0\.content\.20\.image\.source.*many-image requests: 2000 pixels/,
  ],
  ['a PDF', [pdf('%PDF-1.7')], null],
  ['an invalid PDF', [pdf('<html>')], /pdf\.source\.base64\.data: The PDF specified was not valid/],
])('%s', (_title, content, wording) => {
  const error = blockError({ messages: [{ role: 'user', content }] });
  if (wording === null) expect(error).toBeNull();
  else expect(error).toMatch(wording);
});

test.each<[unknown, boolean]>([
  ['msg_1', true],
  [null, true],
  ['9e1c', false],
])('the answer before was %s', (previous_message_id, isTaken) => {
  const error = blockError({ messages: [], diagnostics: { previous_message_id } });
  expect(error === null).toBe(isTaken);
  if (!isTaken) expect(error).toMatch(/must be the `id` from a prior/);
});
