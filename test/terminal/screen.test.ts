import { describe, expect, test } from 'vitest';
import { createScreen } from '../../src/terminal/screen.ts';

async function screenAfter(output: string | Buffer, columns = 20, rows = 5) {
  const screen = createScreen({ columns, rows });
  screen.feed(Buffer.from(output));
  await screen.settled();
  return screen;
}

describe('the picture', () => {
  test('rows without trailing blanks, cursor, title', async () => {
    const screen = await screenAfter('one  \r\n\x1b[31mtwo\x1b[m\x1b]0;◐ task\x07');
    expect(screen.view()).toMatchObject({
      rows: ['one', 'two', '', '', ''],
      cursor: { row: 1, column: 3, visible: true },
      title: '◐ task',
      columns: 20,
      stale: false,
    });
  });

  test('wide characters and characters split over chunks', async () => {
    const screen = createScreen({ columns: 20, rows: 2 });
    for (const byte of Buffer.from('日本 ✻ é')) screen.feed(Buffer.of(byte));
    await screen.settled();
    expect(screen.view().rows[0]).toBe('日本 ✻ é');
    expect(screen.view().cursor.column).toBe(8);
  });

  test('a hidden cursor, the alternate screen and back', async () => {
    const screen = await screenAfter('main\x1b[?1049h\x1b[?25l\x1b[2J\x1b[Hother');
    expect(screen.view().rows[0]).toBe('other');
    expect(screen.view().cursor.visible).toBe(false);
    screen.feed(Buffer.from('\x1b[?1049l\x1b[?25h'));
    await screen.settled();
    expect(screen.view().rows[0]).toBe('main');
    expect(screen.view().cursor.visible).toBe(true);
  });

  test('size changes and reset', async () => {
    const screen = await screenAfter('0123456789');
    screen.resize(5, 3);
    expect(screen.view().rows).toHaveLength(3);
    expect(screen.view().columns).toBe(5);
    screen.reset();
    expect(screen.view().rows.join('')).toBe('');
  });

  test('shows at once what has been fed, and asks for it before', async () => {
    const screen = await screenAfter('');
    const parts = ['one', ' two'];
    screen.beforeView(() => screen.feed(Buffer.from(parts.shift() ?? '')));
    await new Promise((resolve) => setTimeout(resolve, 20)); // it rests between two parsings
    expect(screen.view().rows[0]).toBe('one');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(screen.view().rows[0]).toBe('one two');
  });

  test('what was written before the size changed is drawn for the old size', async () => {
    const screen = await screenAfter('');
    screen.feed(Buffer.from('\x1b[9;1Hx')); // its last row
    screen.resize(20, 10);
    expect(screen.view().rows.indexOf('x')).toBe(4);
  });

  test('whoever looks sees what has just been fed, however often that is', async () => {
    const screen = await screenAfter('');
    for (const text of ['one', 'two', 'three']) {
      screen.feed(Buffer.from(`\r${text}`));
      expect(screen.view().rows[0]).toBe(text);
    }
  });

  test('changes are told', async () => {
    const screen = createScreen({ columns: 20, rows: 2 });
    let changes = 0;
    screen.onChange(() => changes++);
    screen.feed(Buffer.from('x'));
    await screen.settled();
    expect(changes).toBeGreaterThan(0);
  });
});

describe('a flood', () => {
  const line = 'a line of a flood ✻\r\n';
  const flood = (bytes: number) => Buffer.from(line.repeat(Math.ceil(bytes / Buffer.byteLength(line))));

  test('is skipped in its middle, and the picture says so', async () => {
    const screen = await screenAfter('before');
    screen.feed(flood(1_000_000));
    screen.feed(Buffer.from('\x1b[H'));
    await screen.settled();
    expect(screen.view().stale).toBe(true);
  });

  test.each([
    ['a cleared screen', '\x1b[2J\x1b[Hwhole'],
    ['the alternate screen', '\x1b[?1049h\x1b[Hwhole'],
  ])('%s makes the picture whole again', async (_, repaint) => {
    const screen = await screenAfter(flood(1_000_000));
    screen.feed(Buffer.from(repaint));
    await screen.settled();
    expect(screen.view().stale).toBe(false);
    expect(screen.view().rows[0]).toBe('whole');
  });

  test('a screenful of scrolling makes it whole again', async () => {
    const screen = await screenAfter(flood(1_000_000));
    screen.feed(Buffer.from('new\r\n'.repeat(12)));
    await screen.settled();
    expect(screen.view()).toMatchObject({ stale: false, rows: ['new', 'new', 'new', 'new', ''] });
  });

  test('that breaks off inside a sequence does not spoil what follows', async () => {
    const screen = await screenAfter('');
    screen.feed(Buffer.concat([flood(300_000), Buffer.from('\x1b]0;half a ti')]));
    screen.feed(Buffer.from('tle\x07'));
    screen.feed(Buffer.from('\x1b[2J\x1b[Hwhole'));
    await screen.settled();
    expect(screen.view()).toMatchObject({ title: '', stale: false });
    expect(screen.view().rows[0]).toBe('whole');
  });

  test('is not parsed more often than anybody looks', async () => {
    const screen = await screenAfter('');
    let parsed = 0;
    screen.onChange(() => parsed++);
    const chunk = flood(65_536);
    const until = performance.now() + 1_000;
    while (performance.now() < until) {
      screen.feed(chunk);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(parsed).toBeLessThan(8);
    await screen.settled();
  });

  test('leaves the loop free', async () => {
    const screen = await screenAfter('');
    const chunk = flood(4_096);
    // The processor's time: a busy machine stretches the clock's.
    const usedMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000;
    let maxMs = 0;
    let last = usedMs();
    const watch = setInterval(() => {
      maxMs = Math.max(maxMs, usedMs() - last);
      last = usedMs();
    }, 1);
    for (let fed = 0; fed < 20_000_000; fed += chunk.length) {
      screen.feed(chunk);
      if (fed % (chunk.length * 64) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await screen.settled();
    clearInterval(watch);
    expect(maxMs).toBeLessThan(500);
  });
});
