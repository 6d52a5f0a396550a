/**
 * A picture of what the person sees, made from the agent's output after it has been passed on. No other file uses the
 * virtual terminal.
 *
 * Parsing costs about 40 ms per MB, and each call costs more than the few bytes of a repaint. So a little output waits
 * in the backlog until somebody looks. More than that is parsed at once, but rationed: at most one portion per period.
 * An agent's repaints stay far below that. The middle of a flood is skipped, and then the picture is `stale` until all
 * of it has been repainted. The library is loaded while the agent boots; until then, the output waits, too.
 */
import type { Terminal as VirtualTerminal } from '@xterm/headless';
import type { ScreenView } from '../agents/contract/screen.ts';
import { createBacklog } from './backlog.ts';
import { plainRow } from './plain-row.ts';

export interface Screen {
  feed(chunk: Buffer): void;
  view(): ScreenView;
  /** Called before each view, to feed what has not been fed yet. */
  beforeView(pull: () => void): void;
  /** Called when there is something new to look at. */
  onChange(listener: () => void): void;
  resize(columns: number, rows: number): void;
  /** A blank picture, for the next agent. */
  reset(): void;
  /** Resolves once everything fed so far has been parsed or skipped. */
  settled(): Promise<void>;
}

const maxBacklogBytes = 262_144;
/** Parsed by whoever looks, in some 0.3 ms. */
const lazyBytes = 8_192;
const portionBytes = 32_768;
/** If more than a portion is waiting, it is parsed in slices of about 0.2 ms, so that no key waits longer. */
const maxSliceBytes = 4_096;
const periodMs = 25;
/** Most of a flood is skipped, so parsing more of it than is looked at (`sensors/screen.ts`) is not worth the time. */
const floodPeriodMs = 250;
/** Between parsings, however small the pieces are. */
const restMs = 8;
/** CAN: ends a sequence that the skipped part left open. */
const cancel = Buffer.from('\x18');
/** ESC or a line feed: a sequence or a character that the skipped part cut off does not go on after it. */
const begins = (byte: number) => byte === 0x1b || byte === 0x0a;

export function createScreen(size: { readonly columns: number; readonly rows: number }): Screen {
  let { columns, rows } = size;
  let terminal: VirtualTerminal | null = null;
  const backlog = createBacklog();
  /** Bytes parsed of the present portion. */
  let parsedBytes = 0;
  let sliceBytes = portionBytes;
  let skipping = false;
  /** Output was skipped while this portion was parsed, or waited to be. */
  let flooded = false;
  let busy = false;
  let stale = false;
  let scrolled = 0;
  let cursorVisible = true;
  let title = '';
  let view: ScreenView | null = null;
  let parsedAt = 0;
  let pull = (): void => {};
  let waiting: (() => void)[] = [];
  const changeListeners: (() => void)[] = [];

  void import('@xterm/headless').then(({ default: { Terminal } }) => {
    terminal = new Terminal({ cols: columns, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
    listen(terminal);
    next();
  });

  function listen(created: VirtualTerminal): void {
    created.onTitleChange((changed) => {
      title = changed;
    });
    created.onLineFeed(() => {
      // The cursor stays in the last row, so the picture moves up. Once all old rows have moved out, it is whole again.
      if (stale && created.buffer.active.cursorY === rows - 1 && ++scrolled > rows) stale = false;
    });
    for (const final of ['h', 'l']) {
      created.parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
        if (parameters.includes(25)) cursorVisible = final === 'h';
        if (parameters.includes(1049)) stale = false;
        return false;
      });
    }
    created.parser.registerCsiHandler({ final: 'J' }, (parameters) => {
      if (parameters[0] === 2) stale = false;
      return false;
    });
  }

  function next(): void {
    if (busy || !terminal) return;
    if (backlog.length === 0) {
      const done = waiting;
      waiting = [];
      for (const resolve of done) resolve();
      return;
    }
    busy = true;
    const waitMs = parsedAt + restMs - performance.now();
    if (waitMs > 0) setTimeout(parseSlice, waitMs);
    else parseSlice();
  }

  function parseSlice(): void {
    if (parsedBytes === 0) sliceBytes = backlog.length > portionBytes ? maxSliceBytes : portionBytes;
    const slice = backlog.take(sliceBytes);
    parsedBytes += slice.length;
    terminal?.input(''); // what follows input is parsed at once, anything else by a timer of the library's own
    terminal?.write(slice, () => {
      view = null;
      parsedAt = performance.now();
      if (backlog.length > 0 && parsedBytes < portionBytes) {
        setImmediate(parseSlice); // lets keys pass; on its own, the library would go on at once
        return;
      }
      parsedBytes = 0;
      tellChange();
      if (backlog.length > 0 || flooded) setTimeout(goOn, flooded ? floodPeriodMs : periodMs);
      else goOn();
      flooded = false;
    });
  }

  function goOn(): void {
    if (backlog.length > 0) {
      parseSlice();
      return;
    }
    busy = false;
    next();
  }

  /** Parses what has waited because it was only a little. */
  function catchUp(): void {
    if (!terminal || busy || backlog.length === 0 || backlog.length > lazyBytes) return;
    terminal.input('');
    terminal.write(backlog.take(lazyBytes));
    view = null;
    parsedAt = performance.now();
  }

  function tellChange(): void {
    for (const listener of changeListeners) listener();
  }

  function skip(): void {
    backlog.clear();
    backlog.push(cancel);
    stale = true;
    scrolled = 0;
    skipping = flooded = true;
  }

  function draw(): ScreenView {
    if (!terminal) {
      const cursor = { row: 0, column: 0, visible: true };
      return { rows: Array<string>(rows).fill(''), cursor, title, columns, stale };
    }
    const buffer = terminal.buffer.active;
    const text = (row: number) =>
      buffer
        .getLine(buffer.baseY + row)
        ?.translateToString(true)
        .trimEnd() ?? '';
    return {
      rows: Array.from({ length: rows }, (_, row) => text(row)),
      cursor: { row: buffer.cursorY, column: buffer.cursorX, visible: cursorVisible },
      title,
      columns,
      plainRow(row) {
        const line = buffer.getLine(buffer.baseY + row);
        return line ? plainRow(line) : '';
      },
      stale,
      bracketedPaste: terminal.modes.bracketedPasteMode,
      alternate: buffer.type === 'alternate',
    };
  }

  return {
    feed(chunk) {
      const from = skipping ? chunk.findIndex(begins) : 0;
      if (from < 0) return;
      skipping = false;
      if (backlog.length + chunk.length > maxBacklogBytes) skip();
      else backlog.push(chunk.subarray(from));
      if (backlog.length > lazyBytes || !terminal) next();
      else if (!busy) tellChange();
    },
    view() {
      pull();
      catchUp();
      view ??= draw();
      return view;
    },
    beforeView(next) {
      pull = next;
    },
    onChange(listener) {
      changeListeners.push(listener);
    },
    resize(nextColumns, nextRows) {
      catchUp(); // it was written for the old size
      columns = nextColumns;
      rows = nextRows;
      terminal?.resize(columns, rows);
      stale = false;
      view = null;
    },
    reset() {
      backlog.clear();
      skipping = stale = false;
      cursorVisible = true;
      title = '';
      view = null;
      terminal?.reset();
    },
    settled() {
      if (terminal && !busy && backlog.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        next();
      });
    },
  };
}
