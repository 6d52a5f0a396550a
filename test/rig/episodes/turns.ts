/** Plays the turns of an episode, each with its trouble and what the person does meanwhile. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiRequest } from '../../../src/drill/api/api.ts';
import type { OuterTerminal } from '../../../src/drill/outer-terminal.ts';
import type { World } from '../../../src/drill/world.ts';
import type { Model } from './model.ts';
import { asksPermission, boxText, type Person } from './person.ts';
import type { Meanwhile, Moment, Plan, Trouble, Turn } from './plan.ts';
import { quietMs, turnMs } from './timing.ts';
import type { Watch } from './watch.ts';
import { setWeather } from './weather.ts';
import type { Happening } from './world-log.ts';

export interface Scene {
  readonly plan: Plan;
  readonly world: World;
  readonly model: Model;
  readonly terminal: OuterTerminal;
  readonly person: Person;
  readonly watch: Watch;
  readonly note: (happening: Happening) => void;
  /** Absolute paths. */
  readonly transcripts: () => readonly string[];
}

/**
 * A prompt that sits in the box this long while nothing is asked was not taken: the person presses Enter. An agent that
 * is started with a prompt shows it there for as long as it takes to start.
 */
const unsentMs = 15_000;
/** What has been answered is on record by then. */
const recordedMs = 2_000;
/** After Esc the person looks on for a moment. */
const afterEscapeMs = 3_000;

/** Ends early when a turn does not come to its end. */
export async function playTurns(scene: Scene): Promise<void> {
  for (const [index, turn] of scene.plan.turns.entries()) {
    scene.note({ type: 'turn.began', turn: index });
    await enter(scene, turn, scene.plan.turns[index - 1]?.meanwhile ?? null);
    const pending = [bring(scene, turn), act(scene, turn)];
    const ended = await over(scene, turn, pending);
    scene.note({ type: ended ? 'turn.ended' : 'turn.endless', turn: index });
    if (!ended) return;
  }
  const last = scene.plan.turns.at(-1)?.meanwhile;
  if (last?.do === 'draft') await scene.person.findDraft(last.tag);
}

async function enter({ person }: Scene, turn: Turn, before: Meanwhile | null): Promise<void> {
  if (turn.entry !== 'draft' || before === null)
    return person.send(turn.tag, turn.entry === 'pasted' ? 'pasted' : 'typed');
  await person.findDraft(before.tag);
  await person.sendDraft(before.tag, turn.tag);
}

async function reach({ world }: Scene, { tag }: Turn, { after, ms }: Moment): Promise<void> {
  if (after === 'answer')
    await world.api
      .waitForRequest((request) => request.kind === 'main' && holds(request, tag), turnMs)
      .catch(() => {}); // it is brought about all the same
  await sleep(ms);
}

async function bring(scene: Scene, turn: Turn): Promise<void> {
  const trouble: Trouble | null = turn.trouble;
  if (trouble === null || trouble.type === 'fault') return;
  await reach(scene, turn, trouble.at);
  if (trouble.type === 'kill') {
    const pid = scene.watch.agent();
    const unrecorded = unrecordedTags(scene);
    if (pid !== null) process.kill(pid, 'SIGKILL');
    return scene.note({ type: 'killed', pid, unrecorded });
  }
  const over = await setWeather(scene.world, trouble.kind);
  scene.note({ type: 'weather', kind: trouble.kind, on: true });
  if (trouble.kind !== 'reset') await sleep(trouble.forMs);
  await over();
  scene.note({ type: 'weather', kind: trouble.kind, on: false });
}

/**
 * 1.0.44 never writes down a message that it takes in the middle of a turn. 2.1.38 notes only that it was queued, which
 * no resume reads.
 */
function unrecordedTags({ plan, world, transcripts }: Scene): readonly string[] {
  const record = transcripts()
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((line) => !line.includes('"type":"queue-operation"'))
    .join('\n');
  const isLongAgo = ({ endedAt }: ApiRequest) => endedAt !== null && Date.now() - endedAt > recordedMs;
  const answered = world.api.turns().filter((request) => request.ended === 'complete' && isLongAgo(request));
  return plan.turns
    .flatMap(({ tag, meanwhile }) => (meanwhile === null ? [tag] : [tag, meanwhile.tag]))
    .filter((tag) => !record.includes(tag) && answered.some((request) => holds(request, tag)));
}

/** Who types on at a free prompt after an error deals with the error themselves, so the person waits for a new try. */
async function goesOn({ world }: Scene, { tag }: Turn): Promise<void> {
  const failed = () => world.api.turns().findLast((request) => holds(request, tag))?.ended === 'fault';
  for (const until = Date.now() + turnMs; failed() && Date.now() < until; ) await sleep(100);
}

async function act(scene: Scene, turn: Turn): Promise<void> {
  const { meanwhile } = turn;
  if (meanwhile === null) return;
  await reach(scene, turn, meanwhile.at);
  if (turn.trouble?.type === 'fault') await goesOn(scene, turn);
  if (meanwhile.do === 'draft') await scene.person.draft(meanwhile.tag);
  else if (meanwhile.do === 'queue') await scene.person.send(meanwhile.tag);
  else {
    await scene.person.escape();
    await sleep(afterEscapeMs);
  }
}

/** Waits until all that was asked is answered and nothing more is asked. @returns false: it does not end */
async function over(scene: Scene, turn: Turn, pending: readonly Promise<void>[]): Promise<boolean> {
  const { world, terminal, person, note, plan } = scene;
  let settled = false;
  let failure: Error | null = null;
  const all = Promise.all(pending)
    .catch((error) => {
      failure = error;
    })
    .finally(() => {
      settled = true;
    });
  const tags = [turn.tag, ...(turn.meanwhile?.do === 'queue' ? [turn.meanwhile.tag] : [])];
  const until = Date.now() + turnMs;
  let unsentSince: number | null = null;
  let busyAt = Date.now();
  for (; Date.now() < until; await sleep(100)) {
    if (failure !== null) throw failure;
    const mains = world.api.turns();
    if (mains.some(({ ended }) => ended === null)) busyAt = Date.now();
    for (const { endedAt } of mains.slice(-3)) busyAt = Math.max(busyAt, endedAt ?? 0);
    const text = terminal.text();
    if (asksPermission(text)) {
      await sleep(plan.dialogMs);
      if (!asksPermission(terminal.text())) continue;
      person.press('1');
      note({ type: 'dialog.answered' });
      for (const gone = Date.now() + 5_000; asksPermission(terminal.text()) && Date.now() < gone; )
        await sleep(50);
      busyAt = Date.now(); // the words of a broken answer may have come before: what was asked about is done only now
      continue;
    }
    if (!settled) continue;
    const quiet = Date.now() - busyAt > quietMs;
    const escaped = turn.meanwhile?.do === 'escape';
    if (quiet && (escaped || tags.every((tag) => answered(scene, tag)))) return true;
    const box = boxText(terminal.rows());
    const unsent = tags.find((tag) => box.includes(tag));
    if (unsent === undefined || !quiet) unsentSince = null;
    else {
      unsentSince ??= Date.now();
      if (Date.now() - unsentSince > unsentMs) {
        note({ type: 'sent.again', tag: unsent });
        await person.sendAgain(turn.meanwhile?.do === 'draft' ? turn.meanwhile.tag : null);
        unsentSince = null;
      }
    }
  }
  await Promise.race([all, sleep(1_000)]);
  return false;
}

/** Words that end a turn were sent whole, to a request that holds this prompt. */
function answered({ world, model }: Scene, tag: string): boolean {
  const isFinal = ({ ended, number }: ApiRequest) => ended === 'complete' && model.gave(number) === 'final';
  return world.api.turns().some((request) => isFinal(request) && holds(request, tag));
}

const holds = (request: ApiRequest, tag: string): boolean =>
  JSON.stringify(request.body?.messages ?? []).includes(tag);
