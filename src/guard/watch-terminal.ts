/** The rest of the guard in a terminal: its senses, the guard's hands on the input box, the pane in tmux. */

import { dirname } from 'node:path';
import type { Composer } from '../person/composer.ts';
import { createDesk } from '../person/hands/desk.ts';
import { noticeRestored, settleDoubt } from '../person/hands/input-box.ts';
import { configFile } from '../platform/paths.ts';
import { createCast } from '../records/cast.ts';
import { loadTemplate } from '../recover/template.ts';
import type { Pty } from '../terminal/pty.ts';
import { createScreen } from '../terminal/screen.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { End } from './fail-open.ts';
import { watchSuccessor } from './find-conversation.ts';
import type { Loop } from './loop.ts';
import type { Parts } from './parts.ts';
import { openRecords } from './records.ts';
import { createTerminalBody } from './terminal-body.ts';
import { openTerminalSenses } from './terminal-senses.ts';
import { openTmux } from './tmux.ts';
import { type Way, watch } from './watch.ts';

/** What exists before the rest of the guard is loaded. */
export interface TerminalParts extends Parts<Pty> {
  readonly terminal: Terminal;
  readonly composer: Composer;
  /** The guard was told to end: hang-up, shutdown. */
  readonly isSignalled: () => boolean;
  /** The person gets the terminal back. Resolves once it has taken everything. */
  readonly giveBack: () => Promise<void>;
}

/** Resolves when the agent is gone for good. @param warnings reported to the loop once it runs */
export async function watchTerminal(
  parts: TerminalParts,
  loop: Loop,
  warnings: readonly string[],
): Promise<End> {
  const { run, agent, conversation, terminal, composer } = parts;
  const { config, launch, emit } = run;
  const cast = config.records.cast ? createCast(terminal) : null;
  const screen = createScreen(terminal);
  const { view } = screen;
  const desk = createDesk({
    launch,
    terminal,
    emit,
    view,
    showsQuestion: () => launch.adapter.readScreen(view(), agent.program.version).activity === 'dialog',
    composer,
    keyboard: () => agent.process,
    looksLent: () => senses.looksLent(),
  });
  const senses = openTerminalSenses({ ...parts, screen, desk, cast });
  const { catchUp } = senses;
  const records = openRecords(run, agent, conversation, loop, (bytes) => terminal.inject(bytes));
  const { degraded } = records;
  const tmux = openTmux(run, conversation, parts.isSignalled, degraded);
  const loaded = loadTemplate(dirname(configFile(launch.env)));
  const template = loaded.then((one) => one.template);
  const successor = watchSuccessor(run, agent, conversation);
  /** The guard holds the person's keys, so they are not in the agent's box. */
  const keeps = () => agent.process === null || terminal.keptBytes > 0;
  const way: Way = {
    body: createTerminalBody({ ...parts, screen, desk, template, catchUp, cast, degraded }),
    senses,
    records,
    turned(event, before, { evidence, paused }) {
      successor.follow(event);
      desk.follow(event, paused);
      composer.happened(event, before, evidence, keeps());
      if (desk.isNudging) return;
      if (event.type !== 'screen' && event.type !== 'tick') return;
      settleDoubt(desk);
      noticeRestored(desk);
    },
    told: (state) => tmux?.told(state),
    ended: parts.giveBack,
    async begun() {
      terminal.observeKeys((tokens) => composer.typed(tokens, keeps(), Date.now()));
      const { warning } = await loaded;
      if (warning !== null) degraded(warning);
    },
    async close(limitMs) {
      successor.stop();
      await tmux?.close(limitMs);
    },
  };
  return await watch(parts, loop, way, warnings);
}
