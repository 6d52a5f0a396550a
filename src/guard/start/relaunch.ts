/**
 * The next agent after one has ended. It goes on with the conversation; one without a single turn on record cannot be
 * resumed and is begun anew, under the same id where that is free.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { holdKeysWhileBooting } from '../../person/hands/boot.ts';
import type { Desk } from '../../person/hands/desk.ts';
import { giveBack } from '../../person/hands/give-back.ts';
import { giveBackFirst, takeLostPrompt } from '../../person/lost-prompt.ts';
import type { Pty } from '../../terminal/pty.ts';
import type { Screen } from '../../terminal/screen.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { begunAnewText } from '../../words/notice.ts';
import { terminalStyle } from '../../words/terminal-style.ts';
import { background } from '../background.ts';
import type { Relaunch } from '../body.ts';
import type { Conversation } from '../conversation.ts';
import type { Parts } from '../parts.ts';
import type { Run } from '../run.ts';
import { freshStart, whatIsOnRecord } from './begin-anew.ts';
import { type AgentLaunch, startAgent } from './launch.ts';
import { relaunchPrompt } from './relaunch-prompt.ts';

/** What the next agent is started with. */
export interface RelaunchParts extends Parts<Pty> {
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly desk: Desk;
  /** The person's own frame of the prompt; null: the built-in one. */
  readonly template: Promise<string | null>;
}

const tooLong = 'what was in the input box is too long to be given back';

/** Rejects, saying why, where no agent can be started. */
export async function relaunch(parts: RelaunchParts, plan: Relaunch): Promise<void> {
  const { run, agent, conversation, terminal, desk } = parts;
  const { draft, sent } = desk;
  const { emit, launch } = run;
  const template = await parts.template;
  const lost = await takeLostPrompt({ sent, draft, session: conversation, hookSource: agent.hooks, launch });
  const onRecord = plan.resume ? await whatIsOnRecord(run, agent, conversation, sent) : 'nothing';
  const resume = onRecord === 'kept';
  const interruption = { isInterrupted: plan.prompt, lost, resume, template };
  const prompt = relaunchPrompt(run, agent, conversation, interruption);
  const isAnswered = onRecord === 'lost' && prompt === null;
  if (isAnswered) giveBackFirst(desk);
  // From here on in one go: a key between the two would be neither kept nor the agent's.
  if (draft.lost) emit({ type: 'sensor.failed', sensor: 'draft', detail: tooLong });
  terminal.takeKept(); // in the draft, as text: keys of the time without an agent are not for its dialogs
  if (plan.isOver()) return; // one of them was Ctrl+C
  draft.rescue();
  if (isAnswered)
    terminal.say(begunAnewText(draft.aside() !== '', terminalStyle(launch.env, process.stdout)));
  start(parts, plan.generation, { resume, prompt, lost, isAnswered });
  const person = holdKeysWhileBooting(desk, prompt !== null).then(() => giveBack(desk));
  background(person, (detail) => emit({ type: 'sensor.failed', sensor: 'draft', detail }));
}

interface Beginning {
  readonly resume: boolean;
  /** Null: what the arguments say; for a conversation that is resumed, nothing. */
  readonly prompt: string | null;
  /** What of it the person had asked before, word for word; null: nothing. */
  readonly lost: string | null;
  /** The prompt that the arguments give has had its answer. */
  readonly isAnswered: boolean;
}

function start(
  { run, agent, conversation, wire, terminal, screen, desk }: RelaunchParts,
  generation: number,
  { resume, prompt, lost, isAnswered }: Beginning,
): void {
  const { launch } = run;
  const { id, transcriptPath, permissionMode } = conversation;
  const resumed = resume && id !== null && transcriptPath !== null;
  const next: Pick<AgentLaunch, 'args' | 'pin' | 'readLastWords'> = resumed
    ? {
        args: launch.adapter.resumeArguments(launch.args, id, prompt, permissionMode),
        pin: null,
        readLastWords: async (code) => {
          if (code) await tellRefusal(run, conversation, screen, transcriptPath);
        },
      }
    : freshStart(run, agent, conversation, prompt, isAnswered);
  startAgent(run, agent, wire, terminal, { ...next, generation, resumed, prompted: prompt !== null });
  const given = prompt ?? (resumed || isAnswered ? null : launch.invocation.prompt);
  if (given !== null) desk.sent.given(given, prompt === null || prompt === lost);
}

/** Its last words are read by then, or not at all. */
const lastWordsMs = 1_000;

/** An agent that would not resume has said why on the screen, or nothing that is known. */
async function tellRefusal(
  { launch, emit }: Run,
  conversation: Conversation,
  screen: Screen,
  path: string,
): Promise<void> {
  await Promise.race([screen.settled(), pause(lastWordsMs, null, { ref: false })]);
  const refused = launch.adapter.readRefusedResume(screen.view());
  if (refused === null) return;
  conversation.isHeldByOther(path, refused.isHeld);
  emit({ type: 'relaunch.impossible', detail: refused.detail });
}
