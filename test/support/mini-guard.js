// The thinnest guard there can be: terminal and pseudo-terminal, no senses. Runs the compiled code, as users do.
// node mini-guard.js COMMAND [ARGUMENT…]; MINI_GUARD_TITLE sets a window title, MINI_GUARD_LOG takes observations.
// MINI_GUARD_HOLDS: the keys are held for the first so many milliseconds. MINI_GUARD_HOLD: they are kept back for good.
import { appendFileSync } from 'node:fs';
import { letGoOfLostTerminal } from '../../dist/modules/src/platform/job-control.js';
import { signalExitCode } from '../../dist/modules/src/platform/signals.js';
import { openPty } from '../../dist/modules/src/terminal/pty.js';
import { createTerminal } from '../../dist/modules/src/terminal/terminal.js';

const [file, ...args] = process.argv.slice(2);
const log = process.env.MINI_GUARD_LOG;
const terminal = createTerminal({
  observe: (observation) => log && appendFileSync(log, `${JSON.stringify(observation)}\n`),
  signal: () => {},
  splitsReads: () => true,
});
terminal.start();
const { columns, rows } = terminal;
const pty = openPty({ file, args, env: process.env, cwd: process.cwd(), columns, rows, generation: 1 });
terminal.attach(pty);
const holdMs = Number(process.env.MINI_GUARD_HOLDS ?? 0);
if (holdMs > 0) setTimeout(terminal.hold(), holdMs);
if (process.env.MINI_GUARD_HOLD) terminal.hold();
if (process.env.MINI_GUARD_TITLE) terminal.setTitle(process.env.MINI_GUARD_TITLE);
pty.onExit(async (exit) => {
  const { code, signal } = exit;
  terminal.detach(exit);
  await terminal.flush();
  terminal.restore();
  terminal.close();
  letGoOfLostTerminal();
  process.exit(signal === null ? code : signalExitCode(signal));
});
