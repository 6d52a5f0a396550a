/**
 * The conversation on disk and in memory: one JSONL record per content block, linked by parentUuid, in the shapes of
 * 2.1.329. An assistant message is written only when it has ended.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Block {
  readonly type: string;
  readonly [field: string]: unknown;
}
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly Block[];
}
interface Entry {
  readonly type: string;
  readonly uuid?: string;
  readonly parentUuid?: string | null;
  readonly message?: Message;
}

export interface Transcript {
  readonly path: string;
  readonly sessionId: string;
  /** The conversation so far, as the next request sends it. */
  readonly messages: Message[];
  addUser(content: string | readonly Block[], extra?: object): void;
  /** One record per block. */
  addAssistant(message: object, blocks: readonly Block[], extra?: object): void;
  /** A record outside the conversation's chain. */
  note(record: object): void;
  /** Takes back the last user message, because an interrupted prompt returns to the input box. */
  takeBack(): void;
}

const interruptedCall =
  "[Tool call interrupted: the session ended before this call's result was recorded, so its outcome is unknown. " +
  'Check whether it took effect before relying on it or running it again.]';

export const projectFolder = (configDir: string, cwd: string): string =>
  join(configDir, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'));

/** The transcript of a session, in whatever project; null: there is none. */
export function findTranscript(configDir: string, sessionId: string): string | null {
  const projects = join(configDir, 'projects');
  if (!existsSync(projects)) return null;
  const found = readdirSync(projects)
    .map((slug) => join(projects, slug, `${sessionId}.jsonl`))
    .find((path) => existsSync(path));
  return found ?? null;
}

function readEntries(path: string): readonly Entry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Entry];
      } catch {
        return []; // a torn or empty line
      }
    });
}

/** The chain that ends at the last linked record, oldest first. */
function chain(entries: readonly Entry[]): readonly Entry[] {
  const byId = new Map(entries.flatMap((entry) => (entry.uuid ? [[entry.uuid, entry] as const] : [])));
  const line: Entry[] = [];
  let next = entries.findLast((entry) => entry.uuid !== undefined);
  while (next && !line.includes(next)) {
    line.unshift(next);
    next = next.parentUuid ? byId.get(next.parentUuid) : undefined;
  }
  return line;
}

export function openTranscript(path: string, sessionId: string, version: string, cwd: string): Transcript {
  mkdirSync(dirname(path), { recursive: true });
  const old = existsSync(path) ? chain(readEntries(path)) : [];
  const messages: Message[] = old.flatMap((entry) => (entry.message ? [entry.message] : []));
  let parent: string | null = old.at(-1)?.uuid ?? null;

  const write = (record: object) => appendFileSync(path, `${JSON.stringify(record)}\n`);
  const link = (type: string, message: object, extra: object = {}) => {
    const uuid = randomUUID();
    write({
      parentUuid: parent,
      isSidechain: false,
      type,
      message,
      uuid,
      timestamp: new Date().toISOString(),
      ...extra,
      userType: 'external',
      entrypoint: 'cli',
      cwd,
      sessionId,
      version,
      gitBranch: '',
    });
    parent = uuid;
  };

  const transcript: Transcript = {
    path,
    sessionId,
    messages,
    addUser(content, extra) {
      messages.push({ role: 'user', content });
      link('user', { role: 'user', content }, extra);
    },
    addAssistant(message, blocks, extra) {
      for (const block of blocks) {
        messages.push({ role: 'assistant', content: [block] });
        link('assistant', { ...message, role: 'assistant', type: 'message', content: [block] }, extra);
      }
    },
    note: (record) => write({ ...record, sessionId }),
    takeBack: () => void messages.pop(),
  };
  closeOpenCalls(transcript);
  return transcript;
}

/** Adds a result to each call in a resumed conversation that has none, and says so in it, as 2.1.329 does. */
function closeOpenCalls(transcript: Transcript): void {
  const blocks = transcript.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const answered = new Set(blocks.map((block) => block.tool_use_id));
  for (const block of blocks) {
    if (block.type !== 'tool_use' || answered.has(block.id)) continue;
    transcript.addUser([
      { type: 'tool_result', tool_use_id: block.id, content: interruptedCall, is_error: true },
    ]);
  }
  if (transcript.messages.at(-1)?.role === 'user')
    transcript.addAssistant({ model: '<synthetic>' }, [{ type: 'text', text: 'No response requested.' }]);
}
