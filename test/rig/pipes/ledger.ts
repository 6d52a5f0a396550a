/**
 * What the host has sent, what the model was asked, what commands ran, and what the host has got. Only the host, the
 * API and the agents' own books are believed, never the guard.
 *
 * A unit (`<0001>`) stands for a prompt of the host's. It is settled once the host has a result of a turn that took it
 * or that goes on with it.
 *
 * A limit: if an agent takes several prompts into one turn, no hook reports it, and it is killed before it has recorded
 * them, nobody can know that their turn was one. Those that may have no answer are given again, and get another result,
 * or the run is given up.
 */
import { isRecord } from '../../../src/agents/common/json.ts';
import type { Millis } from '../../../src/events.ts';
import { forgotten } from '../../../src/recover/prompt.ts';
import type { Violation } from '../seeds.ts';

export interface Turn {
  readonly id: number;
  readonly generation: number;
  /** What the host has asked in it. */
  readonly units: string[];
  /** The guard has asked in it. */
  hasNotice: boolean;
  /** All that its agent has been asked so far. */
  known: readonly string[];
}

const unit = /<\d{4}>/g;
export const unitsIn = (text: string): readonly string[] => text.match(unit) ?? [];
/** A GIF that shows the unit: a repair takes out what is no image. */
export const imageOf = (unit: string) => ({
  type: 'image',
  source: {
    type: 'base64',
    media_type: 'image/gif',
    data: Buffer.from(`GIF89a\x01\x00\x01\x00${unit}`, 'latin1').toString('base64'),
  },
});
/** What a model sees of a message: its words, and what images show. */
export function seenIn(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
  return blocks
    .flatMap(({ text, source }) => (isRecord(source) ? unitsIn(bytesOf(source.data)) : (text ?? [])))
    .join('\n');
}
const bytesOf = (data: unknown) => Buffer.from(String(data), 'base64').toString('latin1');
export const isNotice = (text: string): boolean => text.includes('guarded-claude');
const count = (all: readonly string[], one: string) => all.filter((each) => each === one).length;

export function createLedger(now: () => Millis) {
  const violations: Violation[] = [];
  const log: string[] = [];
  const reached = new Map<string, number>();
  const sent: string[] = [];
  const turns: Turn[] = [];
  const settled: string[] = [];
  const images: string[] = [];
  const results: number[] = [];
  let lastFailed = false;
  let lastCode = 0;
  let wasKilled = false;
  /** Stopped by the host, so they may never have got to the model. */
  const excused: string[] = [];
  /** Taken together with others, unreported and not on record. */
  const unseen = new Set<string>();
  /** Their agent has died since. */
  const doubted = new Set<string>();
  let lastHistory: readonly string[] = [];
  /** Commands that have begun, with the unit that had asked for them. */
  const ran: { readonly call: string; readonly unit: string }[] = [];
  /** Whole lines in the pipes of agents, and lines that the host has got. */
  const printed = new Map<string, { readonly mustPass: boolean; passed: number }>();
  const asked = new Map<string, number>();

  function note(text: string): void {
    log.push(`${(now() / 1_000).toFixed(3).padStart(9)}  ${text}`);
  }
  function broke(rule: string, what: string): void {
    violations.push({ at: now(), rule, what });
    note(`✗ ${rule}: ${what}`);
  }
  const reach = (what: string) => void reached.set(what, (reached.get(what) ?? 0) + 1);

  return {
    violations,
    log,
    reached,
    note,
    broke,
    reach,
    sent: sent as readonly string[],
    unit: () => `<${String(sent.length + 1).padStart(4, '0')}>`,
    hostSent(text: string, isImage = false): void {
      sent.push(text);
      if (isImage) images.push(text);
      note(`host: ${text}${isImage ? ' (an image)' : ''}`);
    },
    /** Prompts were taken into one turn, and only the record will show it. */
    unseen(prompts: readonly string[]): void {
      for (const each of prompts.flatMap(unitsIn)) unseen.add(each);
    },
    recorded(prompts: readonly string[]): void {
      for (const each of prompts.flatMap(unitsIn)) unseen.delete(each);
    },
    begin(generation: number, prompts: readonly string[], history: readonly string[]): Turn {
      const turn = {
        id: turns.length + 1,
        generation,
        units: prompts.flatMap(unitsIn),
        hasNotice: prompts.some(isNotice),
        known: [...history, ...prompts].flatMap(unitsIn),
      };
      turns.push(turn);
      // The host has their answers, and the agent is told so.
      if (prompts.some((text) => text.includes(forgotten.withoutText)))
        excused.push(...images.filter((each) => settled.includes(each)));
      lastHistory = turn.known;
      note(
        `agent ${generation}: turn ${turn.id} ${JSON.stringify(prompts.map((text) => text.slice(0, 60)))}`,
      );
      return turn;
    },
    /** A prompt that waited joins the turn. */
    joins(turn: Turn, text: string): void {
      turn.units.push(...unitsIn(text));
      turn.hasNotice ||= isNotice(text);
      note(`agent ${turn.generation}: ${text.slice(0, 60)} joins turn ${turn.id}`);
    },
    /** A request with this history. @param calls whose outcome is in it */
    request(turn: Turn, history: readonly string[], calls: ReadonlySet<string>): void {
      const units = history.flatMap(unitsIn);
      turn.known = units;
      lastHistory = units;
      note(`agent ${turn.generation}: asks ${units.join(' ')}`);
      for (const each of new Set(units))
        if (count(units, each) > count(sent, each))
          broke('no prompt is doubled', `${each} in ${units.join(' ')}`);
      const order = units.map((each) => sent.indexOf(each));
      if (order.some((place, index) => index > 0 && place < (order[index - 1] ?? 0)))
        broke('the order stays', units.join(' '));
      const again = ran.find(
        ({ call, unit: by }) => turn.units.includes(by) && !calls.has(call) && count(sent, by) === 1,
      );
      if (again !== undefined && !history.some(isNotice))
        broke('nothing is done again without a notice', `${again.unit} has run ${again.call}`);
    },
    /** The host has stopped it. */
    stopped(turn: Turn): void {
      note(`agent ${turn.generation}: turn ${turn.id} is stopped`);
      reach('the host stops a turn');
      excused.push(...turn.units);
    },
    runs(turn: Turn, call: string): void {
      const by = turn.units.at(-1) ?? turn.known.at(-1);
      note(`agent ${turn.generation}: runs ${call}`);
      if (by !== undefined) ran.push({ call, unit: by });
    },
    prints(line: string, mustPass: boolean): void {
      printed.set(line, { mustPass, passed: 0 });
    },
    /** A whole line has come to the host. */
    got(line: string): void {
      const known = printed.get(line);
      if (known === undefined) {
        broke('what is passed on is whole', JSON.stringify(line.slice(0, 120)));
        return;
      }
      known.passed += 1;
      if (known.passed > 1) broke('nothing is passed on twice', line.slice(0, 120));
    },
    /** The host has got the result of this turn. */
    result(id: number, isError: boolean): void {
      const turn = turns.find((each) => each.id === id);
      if (turn === undefined) {
        broke('a result is of a turn', String(id));
        return;
      }
      lastFailed = isError;
      results.push(id);
      const candidates = turn.hasNotice ? [...turn.known, ...turn.units] : turn.units;
      const fresh = [...new Set(candidates)].flatMap((each) => {
        const [before, owed] = [count(settled, each), count(sent, each) - count(settled, each)];
        // Of several in the same words, those before it may not be on record.
        const here = Math.max(count(turn.known, each) - before, count(turn.units, each));
        return Array.from({ length: Math.min(owed, here) }, () => each);
      });
      note(`host: result of turn ${id}, settles ${fresh.join(' ') || 'nothing'}`);
      const isDoubted = turn.units.some((each) => doubted.has(each));
      if (isDoubted) reach('a result that may have come before');
      if (fresh.length === 0 && !isDoubted) broke('no result comes that nobody asked for', `of turn ${id}`);
      settled.push(...fresh);
    },
    isSettled: () => sent.every((each) => count(settled, each) >= count(sent, each)),
    results: () => results.length,
    hostAsked(id: string): void {
      asked.set(id, 0);
      note(`host: asks ${id}`);
    },
    hostAnswered(id: string): void {
      note(`host: is answered ${id}`);
      if (!asked.has(id)) broke('an answer is to a request of the host’s', id);
      asked.set(id, (asked.get(id) ?? 0) + 1);
      if (asked.get(id) === 2) broke('each request of the host’s is answered once', `${id} twice`);
    },
    awaited: () => [...asked].filter(([, times]) => times === 0).map(([id]) => id),
    /** An agent has ended. @param own the code with which it ended by itself; null: it was killed */
    exited(own: number | null): void {
      lastCode = own ?? 0; // what it had answered counts
      wasKilled = own === null;
      for (const each of unseen) doubted.add(each);
      unseen.clear();
    },
    /**
     * @param code of the guard; null: it has not ended
     * @param isHeld the answer counts only once its agent has ended or fallen silent, so if it was killed at that moment,
     *   any code will do
     */
    judge(code: number | null, isHeld: boolean): void {
      if (code === null) {
        broke('the guard ends', 'it still runs');
        return;
      }
      const expected = lastFailed && lastCode === 0 ? 1 : lastCode;
      note(`guard: exits with ${code}`);
      const isAll = this.isSettled();
      reach(code === 0 ? 'all is answered' : 'given up');
      if (code === 0 && !isAll) broke('success means that all is answered', `settled ${settled.join(' ')}`);
      if (isAll && code !== expected && !(isHeld && wasKilled) && doubted.size === 0)
        broke('the exit code is right', `${code}, expected ${expected}`);
      if (code !== 0) return;
      const lost = sent.find((each) => count([...lastHistory, ...excused], each) < count(sent, each));
      if (lost !== undefined) broke('no prompt is lost', `${lost}, last asked: ${lastHistory.join(' ')}`);
      if (results.length > sent.length && doubted.size === 0)
        broke('no more results than prompts', `${results.length}`);
      // A host that has ended its input waits for results only.
      for (const id of wasKilled ? [] : this.awaited())
        broke('each request of the host’s is answered once', `${id} never`);
      for (const [line, { mustPass, passed }] of printed)
        if (mustPass && passed === 0) broke('no record is lost on its way', line.slice(0, 120));
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;
