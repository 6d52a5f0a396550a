/**
 * What the simulated agent shows: a full screen like that of 2.1.329, with the same prompt box, spinner, title and
 * footers, so that whatever reads the real one can read this one, too. Only rows that changed are written.
 */

const spinnerFrames = ['·', '✢', '*', '✶', '✻', '✽'];
const frameMs = 120;

/** Modes that the real agent (2.1.329) switches on, and off again when it ends. */
const modesOn =
  '\x1b[?2004h\x1b[?2031h\x1b[?1004h\x1b[?1049h\x1b[2J\x1b[H\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?25l';
const modesOff =
  '\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1049l\x1b[?1004l\x1b[?2031l\x1b[?2004l\x1b[?25h\x1b]0;\x07';

export interface Busy {
  /** The spinner's text: a verb with `…`. */
  readonly verb: string;
  /** Unix milliseconds. */
  readonly since: number;
  readonly tokens: number;
  readonly thinking: boolean;
  /** Replaces the whole line after the spinner. */
  readonly note: string | null;
}

/** Everything on the screen. The caller changes it and calls `draw`. */
export interface Picture {
  conversation: string[];
  /** Rows below the conversation that are not final: partial text, a running tool. */
  live: () => readonly string[];
  busy: () => Busy | null;
  queued: readonly string[];
  draft: string;
  /** A dialog replaces the prompt box. */
  dialog: readonly string[] | null;
}

export interface Face {
  readonly picture: Picture;
  draw(): void;
  start(): void;
  /** Restores the terminal and leaves `farewell` on it. */
  stop(farewell: string): void;
}

export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const rows: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const space = rest.lastIndexOf(' ', width);
      const cut = space > 0 ? space : width;
      rows.push(rest.slice(0, cut));
      rest = rest.slice(space > 0 ? cut + 1 : cut);
    }
    return [...rows, rest];
  });
}

export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}

function spinnerLine(busy: Busy, now: number): string {
  const frame = spinnerFrames[Math.floor(now / frameMs) % spinnerFrames.length];
  if (busy.note !== null) return `✻ ${busy.note}`;
  const elapsed = now - busy.since;
  const details = [
    ...(elapsed >= 16_000 || busy.tokens > 0 || busy.thinking ? [duration(elapsed)] : []),
    ...(busy.tokens > 0 ? [`↓ ${busy.tokens} tokens`] : []),
    ...(busy.thinking ? ['thinking'] : []),
  ];
  return `${frame} ${busy.verb}…${details.length > 0 ? ` (${details.join(' · ')})` : ''}`;
}

/** @param header the rows at the top: name, version, folder */
export function createFace(output: NodeJS.WriteStream, header: readonly string[]): Face {
  const picture: Picture = {
    conversation: [...header, ''],
    live: () => [],
    busy: () => null,
    queued: [],
    draft: '',
    dialog: null,
  };
  let shown: readonly string[] = [];
  let title = '';
  let timer: NodeJS.Timeout | undefined;

  const compose = (now: number): readonly string[] => {
    const columns = output.columns || 80;
    const height = output.rows || 24;
    const busy = picture.busy();
    const rule = '─'.repeat(columns);
    const queued = picture.queued.flatMap((text) => [
      ...wrap(`❯ ${text}`, columns),
      '  ⎿  Queued · ctrl+x ctrl+s to send now',
    ]);
    const placeholder = picture.queued.length > 0 ? '\x1b[2mPress up to edit queued messages\x1b[22m' : '';
    const box = picture.dialog ?? [
      rule,
      ...wrap(`❯ ${picture.draft}`, columns - 1).map((row, index, all) =>
        index < all.length - 1 ? row : `${row}${picture.draft ? '\x1b[7m \x1b[27m' : placeholder}`,
      ),
      rule,
      `  ⏵⏵ accept edits on (shift+tab to cycle) · ${busy ? 'esc to interrupt' : '? for shortcuts'}`,
    ];
    const bottom = [...(busy && !picture.dialog ? [spinnerLine(busy, now), ''] : []), ...box];
    const top = [...picture.conversation, ...picture.live(), ...(queued.length > 0 ? ['', ...queued] : [])];
    const room = Math.max(0, height - bottom.length);
    const visible = room > 0 ? top.slice(-room) : [];
    return [...visible, ...Array<string>(Math.max(0, room - visible.length)).fill(''), ...bottom].slice(
      -height,
    );
  };

  const draw = () => {
    const now = Date.now();
    const rows = compose(now);
    const busy = picture.busy();
    const sign = picture.dialog || !busy ? '✳' : Math.floor(now / 960) % 2 ? '◐' : '◑';
    const name = `${sign} Claude Code`;
    let bytes = '';
    rows.forEach((row, index) => {
      if (row !== shown[index]) bytes += `\x1b[${index + 1};1H${row}\x1b[K`;
    });
    if (name !== title) bytes += `\x1b]0;${name}\x07`;
    shown = rows;
    title = name;
    if (bytes) output.write(bytes);
  };
  const redraw = () => {
    shown = [];
    output.write('\x1b[2J');
    draw();
  };

  return {
    picture,
    draw,
    start() {
      output.write(modesOn);
      output.on('resize', redraw);
      process.on('SIGCONT', redraw);
      // The spinner turns whatever the network does: that is what a freeze looks like.
      timer = setInterval(() => picture.busy() && !picture.dialog && draw(), frameMs);
      draw();
    },
    stop(farewell) {
      clearInterval(timer);
      output.off('resize', redraw);
      output.write(`${modesOff}${farewell}`);
    },
  };
}
