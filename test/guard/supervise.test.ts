/** What the agent has written reaches a slow terminal after the agent's end, too. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sample } from '../../src/platform/process-tree.ts';
import { guarded } from '../support/little-agent.ts';

/** More than the kernel keeps for a terminal, less than the guard lets wait. */
const repaint = 'head -c 60000 /dev/zero | tr "\\0" x';
const modesOn = 'printf "\\033[?1049h\\033[?2004h\\033[>1u"';
const modesOff = '\x1b[m\x1b[<1u\x1b[?1049l\x1b[?2004l';

describe.runIf(process.platform === 'linux')('a terminal that takes nothing when the agent ends', () => {
  async function stalled() {
    const played = await guarded(
      `${modesOn}; printf "pid=$$;"; until [ -e go ]; do sleep 0.05; done; ${repaint}; echo; echo end; touch over`,
    );
    const { terminal, folder, agentPid } = played;
    terminal.pty.pause();
    writeFileSync(join(folder, 'go'), '');
    await expect.poll(() => existsSync(join(folder, 'over')) && sample(agentPid)).toBeNull();
    return played;
  }

  test('and takes it seconds later gets everything, and the modes are undone', async () => {
    const { terminal } = await stalled();
    await pause(3_000);
    terminal.pty.resume();
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    const output = terminal.output();
    expect(output.match(/x+\r\nend\r\n/)?.[0]).toHaveLength(60_000 + '\r\nend\r\n'.length);
    expect(output.slice(output.indexOf('end\r\n'))).toContain(modesOff);
  });

  test('does not keep a guard that is told to go', async () => {
    const { terminal } = await stalled();
    await pause(2_000);
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
  });
});
