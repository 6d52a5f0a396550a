/**
 * Answers a menu of the agent by policy: finds the wanted row by its words, moves the cursor, checks after each key
 * where it is, and presses Enter only when the cursor is on that very row.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MenuAnswer } from '../../agents/contract/screen.ts';
import { betweenBurstsMs } from '../../terminal/held-keys.ts';
import type { Desk } from './desk.ts';

const up = '\x1b[A';
const down = '\x1b[B';
/** Time for the agent to draw the cursor in its new place. */
const redrawMs = 200;
const maxMoves = 12;

/** False: there is no such menu (any more), or the cursor did not obey; nothing was chosen. */
export async function choose(desk: Desk, generation: number, answer: MenuAnswer): Promise<boolean> {
  const { pty, terminal, composer, launch } = desk;
  const { menu, keys } = launch.adapter;
  if (menu === null || !pty || pty.generation !== generation) return false;
  if (terminal.keptBytes > 0 || terminal.isMidKey || composer.isPasting || desk.isLent) return false;
  const release = terminal.hold();
  try {
    for (let moves = 0; moves < maxMoves && desk.pty === pty; moves++) {
      const rows = menu.read(desk.view());
      const wanted = rows.findIndex((row) => menu.isAnswer(row, answer));
      const chosen = rows.findIndex((row) => row.chosen);
      if (wanted < 0 || chosen < 0) return false;
      if (wanted === chosen) {
        pty.write(Buffer.from(keys.submit));
        await pause(betweenBurstsMs); // keys that come together with our Enter would make it a part of a paste
        return true;
      }
      pty.write(Buffer.from(wanted < chosen ? up : down));
      await pause(redrawMs);
    }
    return false;
  } finally {
    release();
  }
}
