/**
 * The parts of the guard that touch the person's words, as they run for a user: keys, composer, evidence, and the hands
 * on the box. What the core would decide comes from outside.
 */
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { isRecordOf } from '../../../src/agents/claude-code/transcript/recorded-prompt.ts';
import type { SentPrompt } from '../../../src/agents/contract/conversation.ts';
import { typingPauseMs } from '../../../src/decide/nudging.ts';
import { noEvidence, observe } from '../../../src/detect/evidence/index.ts';
import type { Observation } from '../../../src/events.ts';
import { createComposer } from '../../../src/person/composer.ts';
import { holdKeysWhileBooting } from '../../../src/person/hands/boot.ts';
import { createDesk } from '../../../src/person/hands/desk.ts';
import { noticeRestored, settleDoubt, trustScreen } from '../../../src/person/hands/input-box.ts';
import { nudge } from '../../../src/person/hands/nudge.ts';
import { takeLostPrompt } from '../../../src/person/lost-prompt.ts';
import { tickMs } from '../../../src/sensors/clock.ts';
import { createObservers } from '../../../src/terminal/observers.ts';
import { createPersonKeys } from '../../../src/terminal/person-keys.ts';
import type { Pty } from '../../../src/terminal/pty.ts';
import { inputRuns } from '../../../src/terminal/vt/keys.ts';
import type { Chance } from '../chance.ts';
import { type Agent, type Around, startAgent } from './agent.ts';
import type { Bug } from './bugs.ts';
import { drawHabits } from './habits.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedTime } from './time.ts';

/** What the guard says in a prompt of its own. */
const guardsWords = '[the guard asks to go on]';

/** What is drawn for the starts of agents, apart from what they do later. */
export interface Starts {
  /** The prompt that the person has put on the command line. Null: none. */
  readonly prompt: string | null;
  /** The agent is also told what the guard knows of the turn before. */
  tellsMore(): boolean;
}

export function createGuard(
  time: SimulatedTime,
  ledger: Ledger,
  draw: Chance,
  reading: Chance,
  starts: Starts,
  plant: Bug,
) {
  const habits = drawHabits(draw, reading);
  ledger.note(`habits: ${JSON.stringify(habits)}`);
  const composer = createComposer();
  let evidence = noEvidence(0);
  let agent: Agent | null = null;
  let pty: Pty | null = null;
  let generation = 0;
  let hasHeardHooks = false;
  /** The person's key goes straight through. */
  let isOwnKey = false;
  let whenGone = (): void => {};

  const observers = createObservers({
    wrote() {},
    typed(tokens) {
      for (const { kind, bytes } of inputRuns(tokens)) emit({ type: 'input', kind, bytes });
    },
  });
  const keys = createPersonKeys(observers, {
    pauseInput() {},
    observe: emit,
    splitsReads: () => habits.splitsReads,
    gave() {},
  });
  plant({ composer, keys });
  const keeps = () => pty === null || keys.keptBytes > 0;
  observers.observeKeys((tokens) => composer.typed(tokens, keeps(), time.now()));

  const adapter = {
    ...claudeCode,
    readInputBox: () => agent?.seen().box ?? null,
    recordsPrompt: async (_path: string, prompt: SentPrompt) => {
      await pause(1, 200);
      return ledger.recorded().some(({ text, at }) => isRecordOf({ id: null, text, atMs: at }, prompt));
    },
  };
  const desk = createDesk({
    launch: { adapter },
    terminal: keys,
    composer,
    emit,
    keyboard: () => pty,
    showsQuestion: () => agent?.seen().facts.activity === 'dialog',
    looksLent: () => false,
    view: () => ({
      rows: [String(agent?.seen().pictures ?? 0)],
      cursor: { row: 0, column: 0, visible: false },
      title: '',
      columns: 80,
      stale: false,
    }),
  });

  function emit(observation: Observation): void {
    const before = evidence;
    const event = { ...observation, at: time.now() };
    evidence = observe(before, event);
    desk.follow(event, false);
    composer.happened(event, before, evidence, keeps());
    if (!desk.isNudging && (event.type === 'screen' || event.type === 'tick')) {
      settleDoubt(desk);
      noticeRestored(desk);
    }
    if (observation.type === 'nudge.done') ledger.note(`nudge: ${observation.outcome}`);
    if (observation.type === 'sensor.failed') ledger.note(`failed: ${observation.detail}`);
  }

  function start(prompt: string | null): Agent {
    const around: Around = {
      time,
      ledger,
      emit,
      reportPrompt(text) {
        if (agent !== started) return; // hooks of earlier agents do not count
        hasHeardHooks = true;
        composer.taken({ text, id: null, atMs: time.now() });
        emit({ type: 'turn.started' });
      },
      drew() {
        if (pty?.generation === started.generation) keys.agentWrote();
      },
      ended() {
        const { generation } = started;
        if (pty?.generation === generation) {
          keys.detach();
          pty = null;
        }
        emit({ type: 'agent.exited', generation, code: null, signal: 'SIGKILL' });
        whenGone();
      },
    };
    const started = startAgent(around, habits, draw, ++generation, prompt);
    agent = started;
    hasHeardHooks = false;
    pty = {
      generation,
      write(bytes: Uint8Array) {
        if (!isOwnKey) ledger.note(`guard writes: ${JSON.stringify(Buffer.from(bytes).toString())}`);
        started.write(bytes, isOwnKey);
        return true;
      },
      takesKeys: started.takesKeys,
      onInputBlocked() {},
      onInputDrained() {},
    } as unknown as Pty;
    emit({
      type: 'agent.started',
      generation,
      pid: generation,
      resumed: generation > 1,
      prompted: prompt !== null,
    });
    keys.attach(pty);
    return started;
  }

  /**
   * As `guard/start/relaunch.ts` does it, without the conversation's file.
   * @returns resolves once the agent has booted, or is gone
   */
  async function relaunch(): Promise<{ readonly booted: Promise<void> }> {
    const lost = await takeLostPrompt({
      composer,
      session: { transcriptPath: '/conversation' },
      onRecord: 'kept',
      hookSource: { heard: () => hasHeardHooks },
      launch: { adapter },
    });
    ledger.note(`lost: ${JSON.stringify(lost)}`);
    noteWords();
    keys.takeKept();
    composer.rescue();
    const prompt = lost === null ? guardsWords : starts.tellsMore() ? `${guardsWords}\n\n${lost}` : lost;
    composer.startedWith(prompt, lost, time.now());
    start(prompt);
    return { booted: holdKeysWhileBooting(desk, true) };
  }

  async function pause(low: number, high: number): Promise<void> {
    await new Promise((resolve) => void time.after(draw.magnitude(low, high), () => resolve(null)));
  }

  function noteWords(): void {
    const { aside, queue, inBox, sent, isExact } = composer;
    const queued = queue.map(({ text }) => text);
    ledger.note(JSON.stringify({ phase: evidence.phase, aside, queued, inBox, isExact, sent: sent?.text }));
  }

  const ticking = (): void => {
    emit({ type: 'tick' });
    time.after(tickMs, ticking);
  };
  ticking();
  if (starts.prompt !== null) composer.startedWith(starts.prompt, starts.prompt, time.now());
  start(starts.prompt);

  return {
    agent: () => agent as Agent,
    /** The person's terminal has sent this. */
    read(bytes: Buffer): void {
      isOwnKey = true;
      keys.read(bytes);
      isOwnKey = false;
    },
    async nudge(): Promise<void> {
      // The core waits until the person has stopped typing, unless somebody asks for it.
      const { lastKeyAt } = evidence.person;
      if (draw.happens(0.8) && lastKeyAt !== null && time.now() - lastKeyAt < typingPauseMs) return;
      ledger.note('guard: nudge');
      noteWords();
      const interrupt = agent?.isWorking() === true;
      await nudge(desk, { generation, interrupt, prompt: guardsWords });
    },
    /** @param isDead the agent has died by itself; otherwise it is stopped */
    async relaunch(isDead: boolean): Promise<{ readonly booted: Promise<void> }> {
      ledger.note(`guard: relaunch${isDead ? ' after a death' : ''}`);
      noteWords();
      const gone = new Promise<void>((resolve) => {
        whenGone = resolve;
      });
      if (isDead) agent?.kill();
      else {
        trustScreen(desk);
        await pause(10, 300);
        keys.detach();
        await pause(20, 2_000);
        agent?.kill();
      }
      await gone;
      if (isDead) trustScreen(desk);
      await pause(50, 1_000);
      return await relaunch();
    },
    /** What has not been sent, wherever it is. */
    left: () => [...(agent?.left() ?? []), composer.aside].filter((text) => text !== ''),
    aside: () => composer.aside,
    keptBytes: () => keys.keptBytes,
  };
}

export type Guard = ReturnType<typeof createGuard>;
