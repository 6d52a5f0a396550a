/** Keys typed while no agent may have them: kept in order, reported to the observers, handed out once. */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { betweenBurstsMs } from '../../src/terminal/held-keys.ts';
import { createObservers } from '../../src/terminal/observers.ts';
import { createPersonKeys } from '../../src/terminal/person-keys.ts';
import type { Pty } from '../../src/terminal/pty.ts';
import { escMs, pasteMs } from '../../src/terminal/vt/tokens.ts';

function played(taken = true, splits = false) {
  const written: string[] = [];
  const heard: string[] = [];
  const pauses: boolean[] = [];
  const observers = createObservers({ wrote() {}, typed() {} });
  const keys = createPersonKeys(observers, {
    pauseInput: (paused) => pauses.push(paused),
    observe: () => {},
    splitsReads: () => splits,
    gave: () => {},
  });
  const look = () =>
    observers.observeKeys((tokens) => {
      for (const token of tokens ?? []) {
        if (token.type === 'text' || token.type === 'paste') heard.push(Buffer.from(token.bytes).toString());
        else if (token.type === 'control') heard.push(String.fromCharCode(token.byte));
      }
    });
  const terminal = { isRaw: true };
  const pty = {
    takesKeys: () => terminal.isRaw,
    write: (bytes: Buffer) => written.push(bytes.toString()) > 0 && taken,
    onInputBlocked: () => {},
    onInputDrained: () => {},
  } as unknown as Pty;
  return {
    keys,
    observers,
    type: (text: string) => keys.read(Buffer.from(text)),
    look,
    pty,
    terminal,
    written,
    heard,
    pauses,
  };
}

/** All clocks stand still until the test moves them. */
function stopTime(): void {
  vi.useFakeTimers();
  vi.spyOn(performance, 'now').mockImplementation(Date.now);
}
function letTimeGo(): void {
  vi.restoreAllMocks();
  vi.useRealTimers();
}

/** @returns how long after the one before it each write came, for keys that come in reads of their own while held */
function givenLater(reads: readonly string[], splits: boolean): readonly (readonly [string, number])[] {
  stopTime();
  const { keys, type, pty } = played(true, splits);
  const writes: { readonly text: string; readonly at: number }[] = [];
  const write = (bytes: Buffer) => writes.push({ text: bytes.toString(), at: Date.now() }) > 0;
  keys.attach(Object.assign(pty, { write }));
  const release = keys.hold();
  for (const read of reads) {
    type(read);
    vi.advanceTimersByTime(2 * escMs);
  }
  release();
  vi.runAllTimers();
  letTimeGo();
  return writes.map(({ text, at }, index) => [text, at - (writes[index - 1]?.at ?? at)]);
}

/** The agent waits for so long for what may follow an ESC; for less, if it is busy. */
const agentsEscMs = 50;

test('are reported before they are taken', () => {
  const { keys, type, look, heard } = played();
  look();
  type('typed while away');
  expect(keys.takeKept().toString()).toBe('typed while away');
  expect(heard.join('')).toBe('typed while away');
  expect(keys.takeKept()).toHaveLength(0);
});

test('an agent that ends without having read them leaves the terminal readable', () => {
  const { keys, type, pty, pauses } = played(false);
  keys.attach(pty);
  type('typed at a deaf agent');
  expect(pauses).toEqual([true]);
  keys.detach();
  expect(pauses).toEqual([true, false]);
});

test.each([
  ['a paste', '\x1b[200~one\r', 'two\r\x1b[201~next', 'next'],
  ['a paste, split in its end', '\x1b[200~one\x1b[20', '1~next', 'next'],
  ['a paste, split in its beginning', '\x1b[20', '0~one\r\x1b[201~', 'one\r\x1b[201~'],
  ['an arrow', '\x1b[', 'Anext', 'next'],
])('%s that began without an agent is not the next one’s to end', (_name, before, after, written) => {
  const agent = played();
  agent.type(before);
  agent.keys.takeKept();
  agent.keys.attach(agent.pty);
  agent.type(after);
  expect(agent.written.join('')).toBe(written);
});

test('after a paste whose end never comes, keys are keys again, for the next agent, too', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  type('\x1b[200~half a paste');
  keys.takeKept();
  keys.attach(pty);
  expect(keys.isMidKey).toBe(true);
  const later = performance.now() + pasteMs + 10;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => later);
  vi.advanceTimersByTime(pasteMs + 10);
  clock.mockRestore();
  expect(keys.isMidKey).toBe(false);
  type('next');
  type('\r');
  keys.hold();
  type('\x03');
  expect(keys.wantsOut).toBe(true);
  expect(written).toEqual(['next', '\r']);
  vi.useRealTimers();
});

test.each([
  ['Ctrl+C', '\x03', true],
  ['Ctrl+C by the kitty protocol', '\x1b[99;5u', true],
  ['Ctrl+D', '\x04', true],
  ['a paste that holds one', '\x1b[200~a\x03b\x1b[201~', false],
  ['text', 'c', false],
])('while they are held, %s: whether the person wants to leave is known', (_name, typed, wantsOut) => {
  const { keys, type, pty } = played();
  keys.attach(pty);
  type('\x03');
  const release = keys.hold();
  expect(keys.wantsOut).toBe(false);
  type(typed);
  expect(keys.wantsOut).toBe(wantsOut);
  release();
  expect(keys.wantsOut).toBe(false);
});

test('Ctrl+D at a next agent that does not take keys yet stays held: it would end its input', () => {
  vi.useFakeTimers();
  const { keys, type, pty, terminal, written } = played();
  keys.attach(pty);
  keys.detach();
  keys.attach(pty);
  const release = keys.hold();
  type('\x04');
  expect(keys.wantsOut).toBe(false);
  keys.agentWrote();
  terminal.isRaw = false;
  type('\x04');
  expect(keys.wantsOut).toBe(false);
  terminal.isRaw = true;
  type('\x04');
  expect(keys.wantsOut).toBe(true);
  release();
  vi.runAllTimers();
  expect(written).toEqual(['\x04', '\x04', '\x04']);
  vi.useRealTimers();
});

test('that were held come as they were pressed: each that is no text in a write of its own, a paste in one', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  for (const key of ['\x15', 'a', 'b', '\x7f', '\x1b[A', '\x1b[200~p', 'q\x1b[201~', '\x04']) type(key);
  release();
  vi.runAllTimers();
  expect(written).toEqual(['\x15', 'ab', '\x7f', '\x1b[A', '\x1b[200~pq\x1b[201~', '\x04']);
  vi.useRealTimers();
});

test('that were held come as they were pressed: Enter in a write of its own, and what is typed meanwhile after it', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  for (const key of ['on', 'e', '\r', 'a\rb', '\r', '\r']) type(key);
  release();
  type('two');
  expect(written).toEqual(['one']);
  vi.runAllTimers();
  type('three');
  expect(written).toEqual(['one', '\r', 'a\rb', '\r', '\r', 'two', 'three']);
  vi.useRealTimers();
});

test('that were held reach an agent that splits what it reads with no pause but before Enter and after it', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played(true, true);
  keys.attach(pty);
  const release = keys.hold();
  for (const key of [
    '\x15',
    'a',
    '\x7f',
    '\x1b[A',
    '\x1b[200~p',
    'q\x1b[201~',
    '\x04',
    '\r',
    '\x1b[13u',
    'b',
  ])
    type(key);
  release();
  vi.runAllTimers();
  expect(written).toEqual(['\x15a\x7f\x1b[A\x1b[200~pq\x1b[201~\x04', '\r', '\x1b[13u', 'b']);
  vi.useRealTimers();
});

describe.each([true, false])('Esc that was held (the agent splits what it reads: %s)', (splits) => {
  test.each([
    ['text', ['\x1b', 'what'], ['\x1b', 'what']],
    ['commands of vim’s', ['a', '\x1b', 'd', 'd'], ['a', '\x1b', 'dd']],
    ['another Esc', ['\x1b', '\x1b'], ['\x1b', '\x1b']],
    ['an arrow', ['\x1b', '\x1b[A'], ['\x1b', '\x1b[A']],
    ['Ctrl+C', ['\x1b', '\x03'], ['\x1b', '\x03']],
    ['Enter', ['\x1b', '\r'], ['\x1b', '\r']],
    ['a paste', ['\x1b', '\x1b[200~p\x1b[201~'], ['\x1b', '\x1b[200~p\x1b[201~']],
    ['text, in a read with a key before it', ['\x7f\x1b', 'a'], ['\x7f', '\x1b', 'a']],
    ['text, if it is Alt and the beginning of a sequence', ['\x1b[', 'A'], ['\x1b[', 'A']],
    ['text, after many keys', [...'\x7f'.repeat(60), '\x1b', 'a'], ['\x1b', 'a']],
  ])(
    'is given alone, and the agent has time to see that %s does not belong to it',
    (_name, reads, expected) => {
      const given = givenLater(reads, splits).slice(-expected.length);
      expect(given.map(([text]) => text)).toEqual(expected);
      for (const [index, [, later]] of given.entries())
        if (given[index - 1]?.[0].endsWith('\x1b')) expect(later).toBeGreaterThan(2 * agentsEscMs);
    },
  );

  test('keeps what is pressed right after it away from it, too', () => {
    stopTime();
    const { keys, type, pty, written } = played(true, splits);
    keys.attach(pty);
    const release = keys.hold();
    type('\x1b');
    vi.advanceTimersByTime(2 * escMs);
    release();
    expect(written).toEqual(['\x1b']);
    type('a');
    vi.advanceTimersByTime(agentsEscMs);
    expect(written).toEqual(['\x1b']);
    vi.runAllTimers();
    type('b');
    expect(written).toEqual(['\x1b', 'a', 'b']);
    letTimeGo();
  });

  test.each(['\x1bw', '\x1b\x1b[A', '\x1b\r', '\x1b[27u'])('%j is one key and stays one', (key) => {
    const given = givenLater([key, 'a'], splits).map(([text]) => text);
    expect(given.join('')).toBe(`${key}a`);
    expect(given[0]?.startsWith(key)).toBe(true);
  });
});

describe.each([true, false])('Enter that was held (the agent splits what it reads: %s)', (splits) => {
  const many = [...'\x7f'.repeat(60)];
  test.each([
    ['after many other keys', [...many, 'a', '\r', 'b']],
    ['before many other keys', ['a', '\r', 'b', ...many]],
    ['after many Enters', [...'\r'.repeat(60), 'a', '\r', 'b']],
  ])('is read by itself %s', (_name, reads) => {
    const given = givenLater(reads, splits);
    const at = given.findIndex(([text], index) => text === '\r' && given[index - 1]?.[0].endsWith('a'));
    expect(given.slice(at, at + 2).map(([, later]) => later >= betweenBurstsMs)).toEqual([true, true]);
  });

  test('keeps what is pressed right after it away from it, too', () => {
    vi.useFakeTimers();
    const { keys, type, pty, written } = played(true, splits);
    keys.attach(pty);
    const release = keys.hold();
    type('\r');
    release();
    type('a');
    expect(written).toEqual(['\r']);
    vi.runAllTimers();
    expect(written).toEqual(['\r', 'a']);
    vi.useRealTimers();
  });
});

describe('Ctrl+D that was held', () => {
  const pauses = (reads: readonly string[], splits: boolean) => givenLater(reads, splits).map(([, ms]) => ms);

  test('is kept away from other keys, and one from another: read together, they are text to some agents', () => {
    for (const reads of [
      ['\x15', '\x04', '\x04', 'a'],
      [...'\x7f'.repeat(60), '\x04', '\x04'],
    ])
      for (const [index, ms] of pauses(reads, false).entries())
        if (reads[index] === '\x04' || reads[index - 1] === '\x04') expect(ms).toBeGreaterThanOrEqual(400);
  });

  test('comes soon enough to be the second of two', () => {
    expect(Math.max(...pauses(['\x04', '\x04'], false))).toBeLessThan(700);
  });

  test('does not make the keyboard seem dead if it was pressed again and again', () => {
    const total = pauses([...'\x04'.repeat(40)], false).reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeLessThan(3_000);
  });

  test('has no pause at an agent that splits what it reads', () => {
    expect(givenLater(['\x15', '\x04', '\x04'], true)).toEqual([['\x15\x04\x04', 0]]);
  });
});

test('while the last of them has its pause, the observers know which keys the agent has', () => {
  vi.useFakeTimers();
  const { keys, observers, type, pty } = played();
  const keptAt: number[] = [];
  observers.observeKeys(() => keptAt.push(keys.keptBytes));
  keys.attach(pty);
  const release = keys.hold();
  type('\r');
  release();
  expect(keptAt).toEqual([1, 0]);
  type('a');
  expect(keys.dropKept().given).toEqual([]);
  expect(keptAt).toEqual([1, 0, 1]);
  vi.useRealTimers();
});

test('what was passed on just before a hold is not kept, and the observers know it', () => {
  const { keys, observers, type, pty } = played();
  const keptAt: number[] = [];
  observers.observeKeys(() => keptAt.push(keys.keptBytes));
  keys.attach(pty);
  type('a');
  keys.hold();
  type('b');
  observers.settle();
  expect(keptAt).toEqual([0, 1]);
});

test('of two pastes, each is given alone: 2.1.263 loses a paste that something follows', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  for (const key of ['a', '\x1b[200~one\x1b[201~', '\x1b[200~tw', 'o\x1b[201~', 'b']) type(key);
  release();
  vi.runAllTimers();
  expect(written).toEqual(['a', '\x1b[200~one\x1b[201~', '\x1b[200~two\x1b[201~', 'b']);
  vi.useRealTimers();
});

describe.each([true, false])(
  'after a hold the keyboard is not dead (the agent splits what it reads: %s)',
  (splits) => {
    const mouse = '\x1b[<35;10;5M';
    test.each([
      ['the mouse was moved', [mouse]],
      ['the mouse was moved, in the old encoding', ['\x1b[M ab']],
      ['Backspace was kept down', ['\x7f']],
      ['an arrow was kept down', ['\x1b[D']],
      ['Enter was kept down', ['\r']],
      ['Esc was kept down', ['\x1b']],
      ['keys and the mouse took turns', ['a', mouse, '\x7f', mouse]],
    ])('%s', (_name, repeated) => {
      stopTime();
      const { keys, type, pty, written } = played(true, splits);
      keys.attach(pty);
      const release = keys.hold();
      for (let times = 0; times < 90; times++) for (const key of repeated) type(key);
      vi.advanceTimersByTime(escMs);
      release();
      type('next');
      vi.advanceTimersByTime(5_000);
      const expected = repeated
        .filter((key) => !key.startsWith(mouse) && !key.startsWith('\x1b[M'))
        .join('')
        .repeat(90);
      expect(written.join('')).toBe(`${expected}next`);
      expect(keys.keptBytes).toBe(0);
      letTimeGo();
    });

    test('a key that is still kept down does not keep others waiting', () => {
      vi.useFakeTimers();
      const { keys, type, pty } = played(true, splits);
      keys.attach(pty);
      const release = keys.hold();
      const repeat = setInterval(() => type('\x7f'), 33);
      vi.advanceTimersByTime(2_000);
      release();
      vi.advanceTimersByTime(10_000);
      expect(keys.keptBytes).toBe(0);
      clearInterval(repeat);
      vi.useRealTimers();
    });
  },
);

test('that were held and not given yet are kept if the agent goes or they are held again', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  for (const key of ['one', '\r', 'two', '\r']) type(key);
  release();
  vi.advanceTimersToNextTimer();
  const releaseAgain = keys.hold();
  vi.runAllTimers();
  releaseAgain();
  keys.detach();
  vi.runAllTimers();
  expect(written).toEqual(['one', '\r', 'two']);
  expect(keys.takeKept().toString()).toBe('\r');
  vi.useRealTimers();
});

test('that several hold are given when the last of them lets go, each once', () => {
  vi.useFakeTimers();
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const [one, other] = [keys.hold(), keys.hold()];
  type('held');
  type('\x03');
  one();
  one();
  expect(written).toEqual([]);
  expect(keys.wantsOut).toBe(true);
  other();
  vi.runAllTimers();
  expect(written).toEqual(['held', '\x03']);
  vi.useRealTimers();
  expect(keys.wantsOut).toBe(false);
});

test('from before anybody looked are reported, in order', () => {
  const { keys, type, look, pty, heard } = played();
  keys.attach(pty);
  for (const key of 'early') type(key);
  look();
  expect(heard.join('')).toBe('early');
});

test('however keys are held, released, taken and attached, each goes one way, in order, and all are reported', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('type' as const), keys: fc.stringMatching(/^[a-z\r]{1,4}$/) }),
    fc.record({ do: fc.constantFrom('attach', 'detach', 'hold', 'release', 'take') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { keys, type, look, pty, written, heard } = played();
      look();
      const out: string[] = [];
      const holds: (() => void)[] = [];
      let typed = '';
      const drain = () => out.push(...written.splice(0));
      for (const one of steps) {
        if (one.do === 'type') {
          typed += one.keys;
          type(one.keys);
        } else if (one.do === 'attach') {
          out.push(keys.takeKept().toString()); // as a launch does it
          keys.attach(pty);
        } else if (one.do === 'detach') keys.detach();
        else if (one.do === 'take') out.push(keys.takeKept().toString());
        else if (one.do === 'hold') holds.push(keys.hold());
        else holds.pop()?.();
        drain();
      }
      out.push(keys.takeKept().toString());
      expect(out.join('')).toBe(typed);
      expect(heard.join('')).toBe(typed);
    }),
  );
});

/** To its device attributes, its place of the cursor, its colour of the background; focus; a lone key among them. */
const answers = '\x1b[?62;22ca\x1b[12;7R\x1b]11;rgb:00/00/00\x1b\\\x1b[A\x1b[I\x03';
const keysAmong = 'a\x1b[A\x03';

describe('the terminal’s answers to an agent that is gone', () => {
  const second = () => {
    const agent = played();
    agent.keys.attach(agent.pty);
    agent.keys.detach();
    agent.keys.attach(agent.pty);
    return agent;
  };

  test.each([1, 3, 100])('do not reach the next one, which has asked nothing yet; keys do (%i)', (size) => {
    const { type, written } = second();
    for (let at = 0; at < answers.length; at += size) type(answers.slice(at, at + size));
    expect(written.join('')).toBe(keysAmong);
  });

  test('everything reaches it once it has written something, including what had begun by then', () => {
    const { keys, type, written } = second();
    type('\x1b[?62');
    keys.agentWrote();
    type(';22c');
    type(answers);
    expect(written.join('')).toBe(`\x1b[?62;22c${answers}`);
  });

  test('an Esc of the person’s is a key once its time is over', async () => {
    const { type, written } = second();
    type('\x1b');
    await vi.waitFor(() => expect(written.join('')).toBe('\x1b'), { timeout: 5_000 });
  });

  test('the first agent gets everything: nobody was there before it', () => {
    const { keys, type, pty, written } = played();
    keys.attach(pty);
    type(answers);
    expect(written.join('')).toBe(answers);
  });

  test('reach an agent that has written while keys are held; what is typed among them comes after the hold', () => {
    const { keys, type, written } = second();
    const release = keys.hold();
    type('\x1b[?62');
    keys.agentWrote();
    for (const chunk of [';22c\x1bP>|foot(1.2)\x1b', '\\a\x1b[?5u', 'b\x1b[I\x1b[12;7R\x1b[48;24;80;0;0t'])
      type(chunk);
    expect(written.join('')).toBe(
      '\x1b[?62;22c\x1bP>|foot(1.2)\x1b\\\x1b[?5u\x1b[I\x1b[12;7R\x1b[48;24;80;0;0t',
    );
    expect(keys.keptBytes).toBe(2);
    release();
    expect(written.at(-1)).toBe('ab');
  });

  test('go on after the hold, if they have only begun in it', () => {
    const { keys, type, written } = second();
    keys.agentWrote();
    const release = keys.hold();
    type('a\x1b[?62');
    expect(written).toEqual([]);
    release();
    type(';22c');
    expect(written.join('')).toBe('a\x1b[?62;22c');
  });

  test('are not taken with the keys that are put elsewhere', () => {
    const { keys, type, written } = second();
    keys.agentWrote();
    keys.hold();
    type('draft\x1b[?62;22c');
    expect(keys.takeKept().toString()).toBe('draft');
    expect(written.join('')).toBe('\x1b[?62;22c');
  });
});

test.each([
  ['the mouse', '\x1b[<35;1;2M', ''],
  ['the mouse, in the old encoding', '\x1b[M ab', ''],
  ['a focus change', '\x1b[I', '\x1b[I'],
  ['an answer', '\x1b[?62;22c', '\x1b[?62;22c'],
])('an Esc that comes just before what reports %s is still a key', (_name, report, answered) => {
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  type(`\x1b${report.slice(0, 6)}`);
  type(report.slice(6));
  release();
  expect(written.join('')).toBe(`${answered}\x1b`);
});

test('what the terminal reports right after an Esc that was held comes a moment later', () => {
  stopTime();
  onTestFinished(letTimeGo);
  const { keys, type, pty, written } = played();
  keys.attach(pty);
  const release = keys.hold();
  type('\x1b');
  vi.advanceTimersByTime(2 * escMs);
  release();
  type('\x1b[I');
  expect(written).toEqual(['\x1b']);
  vi.advanceTimersByTime(betweenBurstsMs);
  expect(written).toEqual(['\x1b', '\x1b[I']);
});

describe('what the terminal reports right after the guard has pressed Esc', () => {
  const report = '\x1b[O';
  function pressed() {
    stopTime();
    onTestFinished(letTimeGo);
    const told = played();
    told.keys.attach(told.pty);
    told.keys.hold();
    told.keys.quiet();
    told.pty.write(Buffer.from('\x1b'));
    told.type(report);
    return told;
  }

  test('reaches the agent once it has read that key by itself', () => {
    const { written } = pressed();
    vi.advanceTimersByTime(betweenBurstsMs - 1);
    expect(written).toEqual(['\x1b']);
    vi.advanceTimersByTime(1);
    expect(written).toEqual(['\x1b', report]);
  });

  test('is not for the next agent', () => {
    const { keys, pty, written } = pressed();
    keys.detach();
    keys.attach(pty);
    keys.agentWrote();
    vi.advanceTimersByTime(betweenBurstsMs);
    expect(written).toEqual(['\x1b']);
  });
});

test.each([
  ['before a paste', 'é', ['\x1b[200~p\x1b[201~'], 1],
  ['behind a paste', '\x1b[200~p\x1b[201~é', [], 13],
  ['before Enter, which stays alone', 'é', ['\r'], 1],
])('a character that two reads have split stays whole: %s', (_, text, others, at) => {
  vi.useFakeTimers();
  const { keys, pty, type } = played();
  const written: Buffer[] = [];
  keys.attach(Object.assign(pty, { write: (bytes: Buffer) => written.push(bytes) > 0 }));
  const release = keys.hold();
  const bytes = Buffer.from(text);
  keys.read(bytes.subarray(0, at));
  keys.read(Buffer.concat([bytes.subarray(at), Buffer.from(others.join(''))]));
  release();
  type('\x1b[?62;22c');
  vi.runAllTimers();
  vi.useRealTimers();
  expect(Buffer.concat(written).toString()).toContain('é');
  if (others.includes('\r')) expect(written.map(String)).toContain('\r');
});

test('whatever is held and however it is read, keys come in order, and answers in theirs, each once', () => {
  const esc = '\x1b';
  const part = fc.constantFrom(
    esc,
    'a',
    'é',
    '\r',
    '\x7f',
    '\x1b[A',
    '\x1bOP',
    '\x1b[200~p\rq\x1b[201~',
    '\x1b[?62;22c',
    '\x1b]11;rgb:0/0/0\x1b\\',
    '\x1b[I',
    '\x1b[<35;1;2M',
  );
  const answer = /^\x1b(\[\?|\]|\[I)/;
  const isMouse = (one: string) => one.startsWith('\x1b[<');
  const stretchesOf = (parts: readonly string[]) =>
    parts
      .map((one) => (one === esc ? '␛' : one))
      .join('')
      .split('␛');
  fc.assert(
    fc.property(
      fc.array(part),
      fc.array(fc.nat({ max: 8 }), { minLength: 1 }),
      fc.boolean(),
      fc.nat(),
      (parts, sizes, splits, at) => {
        stopTime();
        const { keys, pty } = played(true, splits);
        const written: Buffer[] = [];
        keys.attach(Object.assign(pty, { write: (bytes: Buffer) => written.push(bytes) > 0 }));
        let release = keys.hold();
        let index = 0;
        const read = (all: Buffer) => {
          for (let from = 0; from < all.length; index++) {
            const size = 1 + (sizes[index % sizes.length] ?? 0);
            keys.read(all.subarray(from, from + size));
            from += size;
            if (index % 7 === at % 7 && !keys.isMidKey) {
              release();
              vi.advanceTimersByTime(40);
              release = keys.hold();
            }
          }
        };
        // Esc is pressed by itself: otherwise, it would be a part of the key after it.
        for (const [nth, stretch] of stretchesOf(parts).entries()) {
          if (nth > 0) {
            keys.read(Buffer.from(esc));
            vi.advanceTimersByTime(2 * escMs);
          }
          read(Buffer.from(stretch));
        }
        release();
        vi.runAllTimers();
        letTimeGo();
        // What was given straight through or in two ways is compared by what it is.
        const got = Buffer.concat(
          written.map((one) => (one.equals(Buffer.from(esc)) ? Buffer.from('␛') : one)),
        ).toString();
        const partOf =
          /\x1b\[200~[^\x1b]*\x1b\[201~|\x1b\][^\x1b]*\x1b\\|\x1bO.|\x1b\[[<?]?[\d;]*[A-Za-z]|[^\x1b]/g;
        const found = got.match(partOf) ?? [];
        expect(found.filter((one) => !answer.test(one) && !isMouse(one)).join('')).toBe(
          parts
            .filter((one) => !answer.test(one) && !isMouse(one))
            .map((one) => (one === esc ? '␛' : one))
            .join(''),
        );
        expect(found.filter((one) => answer.test(one))).toEqual(parts.filter((one) => answer.test(one)));
      },
    ),
    {
      // A character that is split between two reads, one of which holds a paste, too.
      examples: [
        [['\x1b[I', 'é', '\x1b[200~p\rq\x1b[201~', '\x1b[?62;22c'], [3, 6, 2, 5, 0], false, 3],
        [['\x1b[200~p\rq\x1b[201~', 'é', '\x1b[?62;22c'], [8, 6, 0], false, 2],
      ],
    },
  );
});
