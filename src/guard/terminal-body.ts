/** An agent that is reached through the person's terminal. */
import { choose } from '../person/hands/choose.ts';
import { trustScreen } from '../person/hands/input-box.ts';
import { keysOf, nudge } from '../person/hands/nudge.ts';
import { type Cast, castPath } from '../records/cast.ts';
import { noticeText } from '../words/notice.ts';
import { terminalStyle } from '../words/terminal-style.ts';
import type { Body } from './body.ts';
import { leftRunning } from './kin.ts';
import { resumeCommand } from './resume-command.ts';
import { promptOf, takeSnapshot } from './snapshot.ts';
import { type RelaunchParts, relaunch } from './start/relaunch.ts';

export interface TerminalBodyParts extends RelaunchParts {
  readonly catchUp: Body['catchUp'];
  /** The recording of the last minute. Null: not switched on. */
  readonly cast: Cast | null;
  /** A part of the guard has failed. */
  readonly degraded: (detail: string) => void;
}

export function createTerminalBody(parts: TerminalBodyParts): Body {
  const { run, agent, conversation, terminal, screen, desk, cast, catchUp, degraded } = parts;
  const { adapter, env } = run.launch;
  const body: Body = {
    catchUp,
    partialText: () => adapter.partialText(screen.view()),
    sentPrompts: () => desk.composer.mayBeSent,
    beforeStop(phase) {
      trustScreen(desk);
      return phase;
    },
    detach: () => terminal.detach(),
    async nudge({ phase, cause, generation, interrupt }) {
      const before = keysOf(desk); // the snapshot takes a moment
      conversation.interrupted(await takeSnapshot(run, agent, conversation, body, { phase, cause }));
      const prompt = promptOf(run, agent, conversation, 'nudge', await parts.template);
      await nudge(desk, { generation, interrupt, prompt, before });
    },
    choose: ({ generation, answer }) => choose(desk, generation, answer),
    relaunch: (plan) => relaunch(parts, plan),
    setTitle: terminal.setTitle,
    say: (notice) =>
      terminal.say(
        noticeText(notice, {
          sessionId: conversation.id,
          resumeCommand: resumeCommand(run, conversation),
          mended: conversation.mended,
          leftRunning: notice.kind === 'stopped' ? leftRunning(run.paths.run) : [],
          style: terminalStyle(env, process.stdout),
        }),
      ),
    // Also saved while an incident lasts, because only the last minute is kept.
    keep(incident) {
      try {
        cast?.save(castPath(run.paths, incident.id), `${incident.class}: ${incident.outcome}`);
      } catch (error) {
        degraded(`cast: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
  return body;
}
