/**
 * A conversation as an agent of some version has left it on disk, with what is true of it: which records can be read,
 * and which calls never got a result.
 */
import type { Chance } from '../chance.ts';

export interface Written {
  readonly id: string;
  readonly version: string;
  readonly bytes: Buffer;
  /** Records of the conversation that can be read, by their ids. */
  readonly readable: ReadonlySet<string>;
  /** Lines of bookkeeping, which have no id and must stay as they are. */
  readonly notes: readonly string[];
  /** Calls at its end that never got a result. */
  readonly open: readonly string[];
}

type Fields = Record<string, unknown>;

const versions = ['2.1.42', '2.1.126', '2.1.197', '2.1.329'] as const;
/** Above this size, the repair works in a thread of its own. */
const largeBytes = 5_000_000;

export function writeConversation(draw: Chance, cwd: string): Written {
  const version = draw.pick(versions);
  const id = uuid(draw);
  const lines: string[] = [];
  const readable = new Set<string>();
  const notes: string[] = [];
  let time = Date.parse('2026-11-01T08:00:00Z');
  let last: string | null = null;
  let count = 0;
  let messages = 0;
  const open: string[] = [];
  const newLine = draw.happens(0.1) ? '\r\n' : '\n';

  function record(type: string, fields: Fields, parent = last): string {
    const own = uuid(draw);
    time += draw.magnitude(1, 60_000);
    const common = { userType: 'external', cwd, sessionId: id, version, gitBranch: 'main' };
    const timestamp = new Date(time).toISOString();
    lines.push(
      JSON.stringify({
        parentUuid: parent,
        isSidechain: false,
        ...common,
        type,
        ...fields,
        uuid: own,
        timestamp,
      }),
    );
    readable.add(own);
    return own;
  }
  const say = (type: 'user' | 'assistant', message: Fields, fields: Fields = {}, parent = last) =>
    record(type, { message: { role: type, ...message }, ...fields }, parent);
  const text = (most = 4_000) =>
    `${draw.pick(['Look.', 'Grüße 😀', 'a\u2028b', '\\"{"'])} ${'x'.repeat(draw.magnitude(1, most))}`;

  function note(): void {
    const kinds: readonly Fields[] = [
      { type: 'summary', summary: text(60), leafUuid: last ?? id },
      {
        type: 'file-history-snapshot',
        messageId: last ?? id,
        snapshot: { trackedFileBackups: {} },
        isSnapshotUpdate: false,
      },
      { type: 'queue-operation', operation: 'enqueue', content: text(30), sessionId: id },
    ];
    const line = JSON.stringify({ ...draw.pick(kinds), n: notes.length });
    lines.push(line);
    notes.push(line);
  }

  /** A message of the model, one line for each part, as all versions write it. */
  function answer(calls: readonly string[], isAnswered: boolean): void {
    const message = {
      id: `msg_${++messages}`,
      type: 'message',
      model: 'm',
      stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
    };
    if (calls.length === 0 || draw.happens(0.6))
      last = say('assistant', { ...message, content: [{ type: 'text', text: text() }] });
    const callLines = calls.map((call) => {
      const input = { command: text(200) };
      last = say('assistant', { ...message, content: [{ type: 'tool_use', id: call, name: 'Bash', input }] });
      return last;
    });
    if (!isAnswered) {
      open.push(...calls);
      return;
    }
    const order = draw.happens(0.5) ? calls : calls.toReversed();
    for (const call of order) {
      const line = callLines[calls.indexOf(call)] as string;
      // Newer versions attach each result to the line of its own call, older ones to the end.
      const parent = version === '2.1.42' ? last : line;
      const result = { content: [{ type: 'tool_result', tool_use_id: call, content: text() }] };
      last = say('user', result, { sourceToolAssistantUUID: line, toolUseResult: { stdout: '' } }, parent);
    }
  }
  const newCalls = () =>
    Array.from({ length: draw.pick([1, 1, 2, 4]) }, () => `toolu_${String(++count).padStart(6, '0')}`);

  function turn(isLast: boolean): void {
    last = say('user', { content: text(2_000) });
    if (draw.happens(0.4)) last = record('attachment', { attachment: { type: 'environment' } });
    for (let rounds = draw.between(0, 3); rounds > 0; rounds--) answer(newCalls(), true);
    if (draw.happens(0.2)) subagent();
    if (isLast && draw.happens(0.6)) answer(newCalls(), false);
    else answer([], true);
  }
  /** Records of a subagent stand between those of the conversation. */
  function subagent(): void {
    const own = say('user', { content: text(100) }, { isSidechain: true }, null as never);
    say(
      'assistant',
      { id: `msg_${++messages}`, content: [{ type: 'text', text: text(100) }] },
      { isSidechain: true },
      own,
    );
  }
  function compaction(): void {
    last = record(
      'system',
      { subtype: 'compact_boundary', content: 'compacted', logicalParentUuid: last },
      null,
    );
    last = say('user', { content: text() }, { isCompactSummary: true });
  }

  const turns = draw.between(1, 8);
  if (draw.happens(0.05)) last = say('user', { content: 'y'.repeat(largeBytes) });
  const places: string[] = [];
  for (let number = 1; number <= turns; number++) {
    if (draw.happens(0.3)) note();
    if (number > 1 && draw.happens(0.12)) compaction();
    // The person rewinds: what follows hangs on an earlier record, and what came since stays off the branch.
    else if (places.length > 1 && draw.happens(0.12)) last = draw.pick(places);
    turn(number === turns);
    if (last !== null) places.push(last);
    if (draw.happens(0.1)) lines.push('');
  }
  const whole = Buffer.from(lines.map((line) => `${line}${newLine}`).join(''));
  return { id, version, bytes: Buffer.concat([whole, tornEnd(draw, last, id)]), readable, notes, open };
}

/** What a crash leaves at the end of the file. */
function tornEnd(draw: Chance, last: string | null, id: string): Buffer {
  const record = JSON.stringify({
    parentUuid: last,
    isSidechain: false,
    type: 'assistant',
    message: {
      role: 'assistant',
      id: 'msg_torn',
      content: [{ type: 'text', text: 'z'.repeat(draw.magnitude(1, 9_000)) }],
    },
    uuid: uuid(draw),
    sessionId: id,
    timestamp: '2026-11-01T20:00:00.000Z',
  });
  return draw.weighted<Buffer>([
    [3, Buffer.alloc(0)],
    [4, Buffer.from(record.slice(0, draw.between(1, record.length - 1)))],
    [1, Buffer.alloc(draw.magnitude(1, 4_096))],
    [1, Buffer.from('\n\n')],
  ]);
}

const hex = (length: number, draw: Chance) =>
  Array.from({ length }, () => draw.between(0, 15).toString(16)).join('');
const uuid = (draw: Chance): string =>
  `${hex(8, draw)}-${hex(4, draw)}-4${hex(3, draw)}-8${hex(3, draw)}-${hex(12, draw)}`;
