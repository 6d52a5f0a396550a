/**
 * One agent in pipes, with the habits of some version: how many prompts it takes at once, when it records what, what
 * its hooks report, and what is lost when it dies.
 */
import { isRecord, type Json } from '../../../src/agents/common/json.ts';
import { parseLine } from '../../../src/print/lines.ts';
import { seenIn, type Turn } from './ledger.ts';
import type { OwnProcess } from './process.ts';
import { type Message, openRecord, readMessages } from './record.ts';
import type { World } from './world.ts';

interface Prompt {
  readonly text: string;
  readonly content: unknown;
  readonly uuid: string | null;
}

/** Its command line, as far as it matters. */
export interface Call {
  readonly prompt: string | null;
  readonly sessionId: string;
  readonly resumes: boolean;
  readonly path: string;
}

export function runAgent(
  world: World,
  own: OwnProcess,
  generation: number,
  { prompt, sessionId, resumes, path }: Call,
): void {
  const { plan, ledger, draw } = world;
  const { shape } = plan;
  const { stdin } = own;
  const record = openRecord(path, sessionId, shape.version, own, shape.recordsAfterMs);
  let history: Message[] = [];
  const waiting: Prompt[] = [];
  let turn: Turn | null = null;
  let inputEnded = false;
  /** Calls of this agent that wait for a person, by the id of the request. */
  const questions = new Map<string, () => void>();
  let count = 0;
  let answering = 0;
  let isStopping = false;
  const moment = (which: Parameters<World['moment']>[0]) => world.moment(which, own);
  const say = (value: Json, isOurs = true, after?: () => void) => {
    const line = JSON.stringify({ ...value, session_id: sessionId, n: `${generation}.${++count}` });
    own.write(`${line}\n`, () => ledger.prints(line, isOurs && mustPass(value)), after);
  };
  const speaks = plan.output === 'records';
  /** Where no host goes on, an error may be taken back. */
  const mustPass = ({ is_error }: Json) => speaks && (plan.input === 'records' || is_error !== true);
  const hook = (name: string, payload: Json = {}) => {
    if (shape.hooks)
      world.hook(own.pid, {
        hook_event_name: name,
        session_id: sessionId,
        transcript_path: path,
        ...payload,
      });
  };

  own.after(shape.bootMs, () => {
    if (shape.crashesAtStart) {
      own.die({ code: null, signal: 'SIGSEGV' });
      return;
    }
    history = resumes ? [...readMessages(path)] : [];
    const refused = resumes
      ? !history.some(({ role }) => role === 'user') && 'No conversation found with session ID'
      : readMessages(path).length > 0 && `Session ID ${sessionId} is already in use`;
    if (refused !== false) {
      own.complain(`${refused}\n`);
      own.exit(1);
      return;
    }
    if (plan.input === 'records') listen();
    else readText();
    moment('boots');
  });

  function readText(): void {
    const pieces: Buffer[] = [];
    const begins = () => {
      inputEnded = true;
      const text = [prompt, Buffer.concat(pieces).toString()]
        .filter((each) => each !== null && each !== '')
        .join('\n');
      waiting.push({ text, content: text, uuid: null });
      next();
    };
    if (stdin === null) {
      begins();
      return;
    }
    stdin.on('data', (piece: Buffer) => pieces.push(piece));
    stdin.once('end', begins);
  }

  function listen(): void {
    let open = '';
    const take = (line: string) => line.trim() !== '' && heard(parseLine(Buffer.from(line)));
    stdin?.on('data', (piece: Buffer) => {
      const rows = (open + piece.toString()).split('\n');
      open = rows.pop() ?? '';
      // What comes at once may be read at once, or one by one.
      for (const row of rows) take(row);
      own.after(draw.happens(0.5) ? 0 : draw.magnitude(1, 30), next);
    });
    stdin?.once('end', () => {
      take(open);
      inputEnded = true;
      // Nobody will answer.
      for (const [id, goesOn] of questions) {
        questions.delete(id);
        goesOn();
      }
      own.after(1, next);
    });
  }

  function heard(line: unknown): void {
    if (!isRecord(line)) {
      ledger.broke('the agent understands each line', JSON.stringify(line));
      return;
    }
    const { request, response } = line;
    if (line.type !== 'user') ledger.note(`agent ${generation}: reads ${JSON.stringify(line).slice(0, 100)}`);
    if (line.type === 'control_request' && isRecord(request)) {
      const id = String(line.request_id);
      const answers = () =>
        say({ type: 'control_response', response: { subtype: 'success', request_id: id } }, false);
      if (request.subtype === 'interrupt') interrupt();
      answering += 1;
      own.after(draw.magnitude(1, 200), () => {
        answers();
        answering -= 1;
        next();
      });
      return;
    }
    if (line.type === 'control_response' && isRecord(response)) {
      const id = String(response.request_id);
      const goesOn = questions.get(id);
      if (!id.startsWith(`agent-${generation}-`))
        ledger.broke('an agent gets answers to its own questions only', id);
      questions.delete(id);
      goesOn?.();
      return;
    }
    const { content } = isRecord(line.message) ? line.message : {};
    const uuid = typeof line.uuid === 'string' ? line.uuid : null;
    waiting.push({ text: seenIn(content), content, uuid });
  }

  function interrupt(): void {
    const running = turn;
    if (running === null) return;
    turn = null;
    questions.clear();
    ledger.stopped(running);
    answering += 1;
    isStopping = true;
    own.after(draw.magnitude(1, 100), () => {
      answering -= 1;
      isStopping = false;
      say({
        type: 'result',
        subtype: 'error_during_execution',
        is_error: false,
        result: '',
        turn: running.id,
      });
      record.flush();
      next();
    });
  }

  function next(): void {
    if (turn !== null || isStopping) return;
    if (waiting.length === 0) {
      moment('rests');
      if (inputEnded && answering === 0) leave();
      return;
    }
    const taken = waiting.splice(0, shape.takes === 'all' ? waiting.length : 1);
    const texts = history.flatMap(({ role, text }) => (role === 'user' ? [text] : []));
    const mine = ledger.begin(
      generation,
      taken.map(({ text }) => text),
      texts,
    );
    turn = mine;
    // It may be interrupted at any time.
    const step = (low: number, high: number, act: () => void) =>
      own.after(draw.magnitude(low, high), () => {
        if (turn === mine) act();
      });
    moment('takes a prompt');
    if (speaks) say({ type: 'system', subtype: 'init' }, false);
    for (const { uuid } of taken)
      if (speaks && uuid !== null) say({ type: 'system', subtype: 'command', command_uuid: uuid }, false);
    moment('has printed its first words');
    const text = taken.map((each) => each.text).join('\n');
    const words = taken.map((each) => textOf(each.content)).join('\n');
    const content = taken.length === 1 ? taken[0]?.content : inBlocks(taken.map((each) => each.content));
    // A hook is a program of its own: it outlives the agent.
    world.time.after(draw.magnitude(1, 100), () => hook('UserPromptSubmit', { prompt: words }));
    if (taken.length > 1 && !shape.hooks) ledger.unseen([text]);
    record.add({ type: 'user', message: { role: 'user', content } }, () => {
      ledger.recorded([text]);
      moment('has recorded the prompt');
    });
    history.push({ role: 'user', text, calls: [] });
    step(100, 400, () =>
      ask(
        mine,
        step,
        draw.weighted([
          [2, 0],
          [2, 1],
          [2, 2],
        ]),
      ),
    );
  }

  function ask(mine: Turn, step: Step, calls: number): void {
    const line = world.wire.request(own, () => turn === mine && afterCut(mine, step, calls));
    const known = new Set(history.flatMap((message) => message.calls));
    ledger.request(
      mine,
      history.flatMap(({ role, text }) => (role === 'user' ? [text] : [])),
      known,
    );
    moment('asks');
    if (line.isDead) {
      ledger.reach('a stream dies');
      return;
    }
    step(5, 20_000, () => {
      line.answered();
      moment('is answered');
      if (calls > 0) call(mine, step, calls);
      else answer(mine, step);
    });
  }

  /** The guard has cut its connection: it asks again, or ends. */
  function afterCut(mine: Turn, step: Step, calls: number): void {
    const kind = draw.pick(['again', 'again', 'silent', 'error'] as const);
    if (kind === 'again') {
      ask(mine, step, calls);
      return;
    }
    if (plan.input === 'records') {
      turn = null;
      say({
        type: 'result',
        subtype: 'success',
        is_error: true,
        result: 'API Error: Connection error.',
        turn: mine.id,
      });
      next();
      return;
    }
    record.flush();
    const words = 'API Error: Connection error.';
    if (kind === 'error' && plan.output === 'text') own.write(`${words}\n`);
    else if (kind === 'error')
      say({ type: 'result', subtype: 'success', is_error: true, result: words, turn: mine.id });
    own.exit(kind === 'error' ? 1 : 0);
  }

  function call(mine: Turn, step: Step, calls: number): void {
    const id = `toolu_${generation}_${mine.id}_${calls}_${++count}`;
    const use = { type: 'tool_use', id, name: 'Bash', input: { command: `do ${id}` } };
    const message = {
      id: `msg_${id}`,
      role: 'assistant',
      model: 'claude',
      content: [use],
      stop_reason: 'tool_use',
    };
    if (speaks) say({ type: 'assistant', message });
    if (shape.version === '2.1.38') record.add({ type: 'assistant', message });
    const runs = () => {
      hook('PreToolUse', { tool_use_id: id, tool_name: 'Bash', tool_input: use.input });
      ledger.runs(mine, id);
      moment('runs a command');
      step(5, 30_000, () => {
        hook('PostToolUse', { tool_use_id: id, tool_name: 'Bash', tool_input: use.input });
        if (shape.version !== '2.1.38') record.add({ type: 'assistant', message });
        const result = { type: 'tool_result', tool_use_id: id, content: 'done' };
        record.add({ type: 'user', message: { role: 'user', content: [result] } });
        history.push({ role: 'assistant', text: '', calls: [id] }, { role: 'user', text: '', calls: [id] });
        if (speaks) say({ type: 'user', message: { role: 'user', content: [result] } });
        moment('has run a command');
        if (shape.joinsTurn) join(mine);
        step(1, 100, () => ask(mine, step, calls - 1));
      });
    };
    if (inputEnded || !plan.control || draw.happens(0.35)) {
      runs();
      return;
    }
    const question = `agent-${generation}-${++count}`;
    questions.set(question, runs);
    say(
      {
        type: 'control_request',
        request_id: question,
        request: { subtype: 'can_use_tool', tool_name: 'Bash' },
      },
      false,
    );
    moment('asks a person');
  }

  /** What waits joins the turn. */
  function join(mine: Turn): void {
    for (const { text, content } of waiting.splice(0)) {
      ledger.joins(mine, text);
      ledger.unseen([text]);
      record.add({ type: 'attachment', attachment: { type: 'queued_command', prompt: content } }, () =>
        ledger.recorded([text]),
      );
      history.push({ role: 'user', text, calls: [] });
    }
  }

  function answer(mine: Turn, step: Step): void {
    const text = `answer of turn ${mine.id}`;
    const message = {
      id: `msg_${generation}_${mine.id}`,
      role: 'assistant',
      model: 'claude',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
    };
    if (speaks) say({ type: 'assistant', message });
    record.add({ type: 'assistant', message }, () => moment('has recorded the answer'));
    history.push({ role: 'assistant', text, calls: [] });
    world.time.after(draw.magnitude(1, 60), () => hook('Stop'));
    step(1, 300, () => {
      turn = null;
      const result = { type: 'result', subtype: 'success', is_error: false, result: text, turn: mine.id };
      const printed = () => moment('has printed the result');
      moment('prints the result');
      if (plan.output === 'text') own.write(`${text}\n`, undefined, printed);
      else say(result, true, printed);
      if (shape.recordsAfterMs === null) record.flush();
      own.after(draw.magnitude(1, 50), next);
    });
  }

  let isLeaving = false;
  function leave(): void {
    if (isLeaving) return;
    isLeaving = true;
    own.after(shape.exitMs, () => {
      record.flush();
      own.exit(shape.code);
    });
  }
}

type Step = (low: number, high: number, act: () => void) => void;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content)
    ? content
        .filter(isRecord)
        .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
        .join('\n')
    : '';
}

const inBlocks = (contents: readonly unknown[]): readonly unknown[] =>
  contents.flatMap((content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content));
