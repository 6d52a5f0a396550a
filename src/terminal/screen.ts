/**
 * A picture of what the person sees, made from the agent's output after it has been passed on; the only file that
 * knows the virtual terminal.
 *
 * Parsing costs about 40 ms per MB, so it is rationed: at most one portion per period. An agent's repaints are far
 * below that; a flood is not, and then its middle is skipped: the picture is `stale` until it has been repainted as
 * a whole. The library is loaded while the agent boots, what comes before waits in the backlog.
 */
import type { Terminal as VirtualTerminal } from '@xterm/headless';
import type { ScreenView } from '../agents/contract/screen.ts';
import { createBacklog } from './backlog.ts';
import { createBoundary } from './boundary.ts';
import { plainRow } from './plain-row.ts';

export interface Screen {
  feed(chunk: Buffer): void;
  view(): ScreenView;
  /** Called with the payload of each OSC sequence of this number, in order; those in a skipped flood are not seen. */
  onOsc(code: number, handler: (data: string) => void): void;
  /** Called after each parsed portion. */
  onChange(listener: () => void): void;
  resize(columns: number, rows: number): void;
  /** A blank picture, for the next agent. */
  reset(): void;
  /** Everything fed so far has been parsed or skipped. */
  settled(): Promise<void>;
}

const BACKLOG_BYTES = 262_144;
const PORTION_BYTES = 32_768;
/** Where more waits than a portion it is parsed in slices of about 0.2 ms: no key waits longer. A repaint stays whole. */
const SLICE_BYTES = 4_096;
const PERIOD_MS = 25;
/** In a flood of which most is skipped, what is parsed in between is not worth more. */
const FLOOD_PERIOD_MS = 100;
/** Pieces of one repaint come in short succession; one parse for all of them. */
const GATHER_MS = 8;
/** Ends a sequence that the skipped part left open (CAN). */
const CANCEL = Buffer.from('\x18');

export function createScreen(size: { readonly columns: number; readonly rows: number }): Screen {
  let { columns, rows } = size;
  let terminal: VirtualTerminal | null = null;
  const backlog = createBacklog();
  /** Of the present portion. */
  let parsedBytes = 0;
  let sliceBytes = PORTION_BYTES;
  let skipping = false;
  let busy = false;
  let stale = false;
  let scrolled = 0;
  let cursorVisible = true;
  let title = '';
  let view: ScreenView | null = null;
  let waiting: (() => void)[] = [];
  let boundary = createBoundary();
  const oscHandlers: [number, (data: string) => void][] = [];
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
      // The cursor stays in the last row: the picture moves up. When all of it has moved out, it is whole again.
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
    for (const [code, handler] of oscHandlers) register(created, code, handler);
  }

  function register(created: VirtualTerminal, code: number, handler: (data: string) => void): void {
    created.parser.registerOscHandler(code, (data) => {
      handler(data);
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
    setTimeout(parseSlice, GATHER_MS);
  }

  function parseSlice(): void {
    if (parsedBytes === 0) sliceBytes = backlog.length > PORTION_BYTES ? SLICE_BYTES : PORTION_BYTES;
    const slice = backlog.take(sliceBytes);
    parsedBytes += slice.length;
    terminal?.write(slice, () => {
      view = null;
      if (backlog.length > 0 && parsedBytes < PORTION_BYTES) {
        setImmediate(parseSlice); // the library would go on at once
        return;
      }
      parsedBytes = 0;
      for (const listener of changeListeners) listener();
      if (backlog.length > 0) setTimeout(parseSlice, stale ? FLOOD_PERIOD_MS : PERIOD_MS);
      else {
        busy = false;
        next();
      }
    });
  }

  function skip(): void {
    backlog.clear();
    backlog.push(CANCEL);
    stale = true;
    scrolled = 0;
    skipping = !boundary.safe;
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
      boundary.feed(chunk);
      if (skipping) {
        skipping = !boundary.safe;
        return;
      }
      if (backlog.length + chunk.length > BACKLOG_BYTES) skip();
      else backlog.push(chunk);
      next();
    },
    view() {
      view ??= draw();
      return view;
    },
    onOsc(code, handler) {
      oscHandlers.push([code, handler]);
      if (terminal) register(terminal, code, handler);
    },
    onChange(listener) {
      changeListeners.push(listener);
    },
    resize(nextColumns, nextRows) {
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
      boundary = createBoundary();
      terminal?.reset();
    },
    settled() {
      if (terminal && !busy && backlog.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
}
