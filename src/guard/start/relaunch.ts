/**
 * Starts the next agent after one has ended. It resumes the conversation. A conversation without a recorded turn cannot
 * be resumed, so it is begun anew, under the same id if that is free.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { holdKeysWhileBooting } from '../../person/hands/boot.ts';
import type { Desk } from '../../person/hands/desk.ts';
import { giveBackFirst, takeLostPrompt } from '../../person/lost-prompt.ts';
import type { Pty } from '../../terminal/pty.ts';
import type { Screen } from '../../terminal/screen.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { begunAnewText } from '../../words/notice.ts';
import { terminalStyle } from '../../words/terminal-style.ts';
import { background } from '../background.ts';
import type { Relaunch } from '../body.ts';
import type { Conversation } from '../conversation.ts';
import { launchNow } from '../launch-now.ts';
import type { Parts } from '../parts.ts';
import type { Run } from '../run.ts';
import { type FreshStart, freshStart, whatIsOnRecord } from './begin-anew.ts';
import { type AgentLaunch, startAgent } from './launch.ts';
import { relaunchPrompt } from './relaunch-prompt.ts';

/** What a relaunch works with. */
export interface RelaunchParts extends Parts<Pty> {
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly desk: Desk;
  /** The person's own template of the prompt. Null: the built-in one. */
  readonly template: Promise<string | null>;
}

const tooLong = 'what was in the input box is too long to be given back';

/** Rejects with the reason if no agent can be started. */
export async function relaunch(parts: RelaunchParts, plan: Relaunch): Promise<void> {
  const { run, agent, conversation, terminal, desk } = parts;
  const { composer } = desk;
  const { emit, launch } = run;
  const template = await parts.template;
  const onRecord = plan.resume ? await whatIsOnRecord(run, agent, conversation, composer) : 'nothing';
  const { aside } = composer;
  const known = { composer, session: conversation, onRecord, hookSource: agent.hooks, launch };
  const lost = await takeLostPrompt(known);
  const resume = onRecord === 'kept';
  const interruption = { isInterrupted: plan.prompt, lost, resume, template };
  const prompt = relaunchPrompt(run, agent, conversation, interruption);
  const isAnswered = onRecord === 'lost' && prompt === null;
  if (isAnswered && composer.aside === aside) giveBackFirst(desk);
  // No await from here on: a key that came in between would be neither kept nor passed to the agent.
  if (composer.isLost) emit({ type: 'sensor.failed', sensor: 'draft', detail: tooLong });
  terminal.takeKept(); // the draft holds these keys as text; typed while no agent ran, they were not meant for dialogs
  if (plan.isOver()) return; // one of the keys was Ctrl+C
  composer.rescue();
  if (isAnswered)
    terminal.say(begunAnewText(composer.aside !== '', terminalStyle(launch.env, process.stdout)));
  start(parts, plan.generation, { resume, prompt, lost });
  background(holdKeysWhileBooting(desk, prompt !== null), (detail) =>
    emit({ type: 'sensor.failed', sensor: 'draft', detail }),
  );
}

interface Beginning {
  readonly resume: boolean;
  /** Null: the agent gets none. */
  readonly prompt: string | null;
  /** The part of it that is the person's, word for word. Null: none. */
  readonly lost: string | null;
}

function start(
  { run: begun, agent, conversation, wire, terminal, screen, desk }: RelaunchParts,
  generation: number,
  { resume, prompt, lost }: Beginning,
): void {
  const { id, transcriptPath } = conversation;
  const resumed = resume && id !== null && transcriptPath !== null;
  const launch = launchNow(begun, conversation, resumed ? 'resume' : 'new');
  const run = { ...begun, launch };
  const next: FreshStart & Pick<AgentLaunch, 'readLastWords'> = resumed
    ? {
        args: launch.adapter.resumeArguments(launch.args, id, prompt),
        pin: null,
        readLastWords: async (code) => {
          if (code) await reportRefusal(run, conversation, screen, transcriptPath);
        },
      }
    : freshStart(run, agent, conversation, prompt);
  // Before the start: if that fails, the prompt is still there.
  if (prompt !== null) desk.composer.startedWith(prompt, lost, Date.now());
  startAgent(run, agent, wire, terminal, { ...next, generation, resumed, prompted: prompt !== null });
}

/** By then, the last output has been drawn, or never will be. */
const lastWordsMs = 1_000;

/** Reports why an agent refused to resume, if the screen shows a reason that is known. */
async function reportRefusal(
  { launch, emit }: Run,
  conversation: Conversation,
  screen: Screen,
  path: string,
): Promise<void> {
  await Promise.race([screen.settled(), pause(lastWordsMs, null, { ref: false })]);
  const refused = launch.adapter.readRefusedResume(screen.view());
  if (refused === null) return;
  conversation.heldByOther(path, refused.isHeld);
  emit({ type: 'relaunch.impossible', detail: refused.detail });
}
