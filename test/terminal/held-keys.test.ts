/** In which writes, and after which pauses, an agent gets the keys that were held for it. */
import { expect, test } from 'vitest';
import { createHeldKeys } from '../../src/terminal/held-keys.ts';
import { createKeystrokes } from '../../src/terminal/keystrokes.ts';

/** What an agent gets that does not split reads. */
function given(...reads: readonly Uint8Array[]) {
  const held = createHeldKeys();
  const keystrokes = createKeystrokes();
  for (const read of reads) held.add(keystrokes.split(Buffer.from(read), 0));
  held.begin();
  const writes: { readonly text: string; readonly pauseMs: number | null }[] = [];
  while (!held.isEmpty) {
    const text = held.next(false).bytes.toString();
    writes.push({ text, pauseMs: held.pauseMs(false) });
  }
  return writes;
}
const typed = (...keys: readonly string[]) => given(...keys.map((key) => Buffer.from(key)));
const texts = (writes: ReturnType<typeof given>) => writes.map(({ text }) => text);

test('Ctrl+D is kept away from other keys, also if they came in one read', () => {
  const writes = typed('\x15\x04\x04');
  expect(texts(writes)).toEqual(['\x15', '\x04', '\x04']);
  expect(writes[0]?.pauseMs).toBeGreaterThanOrEqual(400);
  expect(writes[1]?.pauseMs).toBeGreaterThanOrEqual(400);
});

test('many Ctrl+D among other keys do not keep the keyboard waiting', () => {
  const writes = typed(...Array.from({ length: 20 }, () => ['\x1b[C', '\x04']).flat());
  expect(writes.length).toBe(40);
  expect(writes.reduce((sum, { pauseMs }) => sum + (pauseMs ?? 0), 0)).toBeLessThan(4_500);
});

test('Enter that comes with the end of a character has a write of its own', () => {
  const [first, ...rest] = Buffer.from('é');
  const writes = given(Buffer.from([0x61, first as number]), Buffer.from([...rest, 0x0d]));
  expect(texts(writes)).toEqual(['aé', '\r']);
});

test('Ctrl+D is kept away in each hold, however many an earlier one has given', () => {
  const held = createHeldKeys();
  const keystrokes = createKeystrokes();
  const hold = () => {
    held.add(keystrokes.split(Buffer.from('\x04'.repeat(4)), 0));
    held.begin();
    const first = held.next(false).bytes.toString();
    while (!held.isEmpty) held.next(false);
    return first;
  };
  expect([hold(), hold()]).toEqual(['\x04', '\x04']);
});

test('nor do many Ctrl+D of one read', () => {
  const writes = typed('\x04'.repeat(400));
  expect(texts(writes)).toEqual(['\x04', '\x04', '\x04', '\x04'.repeat(397)]);
});
