import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { startWorld } from '../../src/drill/world.ts';
import { visibleCells } from '../support/cells.ts';
import { temporaryFolder } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';
import { missing, realAgent } from '../support/real-agent.ts';
import { hasTmux, openTmux, type Tmux } from '../support/tmux.ts';

const guard = guardBin;

interface Step {
  readonly name: string;
  readonly act: (tmux: Tmux) => Promise<void>;
  /** What the picture must show before it is compared. */
  readonly shows: RegExp;
}

/** Ctrl+C twice, as a person presses it. */
async function leave(tmux: Tmux): Promise<void> {
  await tmux.type('\x03');
  await sleep(400);
  await tmux.type('\x03');
}

const type = (bytes: string) => (tmux: Tmux) => tmux.type(bytes);
const steps: readonly Step[] = [
  { name: 'start', act: async () => {}, shows: /❯/ },
  { name: 'typing', act: type('héllo ✻ 日本'), shows: /héllo ✻ 日本/ },
  { name: 'cursor keys and deleting', act: type('\x1b[D\x1b[D\x7f\x1b[H>'), shows: />/ },
  { name: 'clearing the line', act: type('\x15\x0b'), shows: /❯/ },
  { name: 'a paste of several lines', act: type('\x1b[200~one\rtwo\rthree\x1b[201~'), shows: /three|Pasted/ },
  { name: 'a smaller window', act: (tmux) => tmux.resize(72, 20), shows: /three|Pasted/ },
  { name: 'the size as before', act: (tmux) => tmux.resize(100, 30), shows: /three|Pasted/ },
  { name: 'a turn', act: type('\r'), shows: /A plain answer/ },
  { name: 'the end', act: leave, shows: /exit=0/ },
];

/** Random words, times, folders and the mascot's feet, which differ from run to run without a guard too. */
function steady(picture: string, root: string): string {
  return (
    visibleCells(picture.replaceAll(root, '<root>'))
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<session>')
      .replace(/[^\n]*(?:Tip:|Try[ {]|for(?:\{[^}]*\})* (?:\{[^}]*\})*\d+s)[^\n]*/g, '<any>')
      .replace(/[▝▘▛▜█▐▌▀]+/g, '')
      // Hints of the footer that come and go some moments after the start, and make room for each other there.
      .replace(/(⏵⏵.*?\}on\{\}).*$/gm, '$1')
      .replace(/ *(?:\{[^}]*\}·\{\} \{[^}]*\}←[^\n]*)?$/gm, '')
  );
}

/** An agent that is answered for program status leaves its state out of the title, as its terminal shows it. */
const withoutState = (state: string) => state.replace(/^[✳◐◑] /, '');

async function play(command: string, extra: Readonly<Record<string, string>>) {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.remove());
  const world = await startWorld(sandbox);
  onTestFinished(() => world.stop());
  const { api } = world;
  api.enqueue(say('A plain answer, **bold** and `code`.'));
  const env = agentEnvironment(sandbox, world.variables, extra);
  const tmux = await openTmux(`${command}; echo "exit=$?"; stty -a; sleep 600`, {
    env,
    cwd: sandbox.project,
  });
  onTestFinished(() => tmux.close());
  const seen: Record<string, { readonly picture: string; readonly state: string }> = {};
  for (const { name, act, shows } of steps) {
    await act(tmux);
    const picture = steady(await tmux.settledOn(shows), sandbox.root);
    seen[name] = { picture, state: withoutState(await tmux.state()) };
  }
  return seen;
}

const agents = [
  {
    name: 'the simulated agent',
    skip: false,
    command: (folder: string) => installSimulatedAgent(folder),
  },
  ...(['2.1.329', '2.1.197'] as const).map((version) => ({
    name: version,
    skip: missing(version),
    command: (folder: string) => realAgent(version, folder),
  })),
];

describe.skipIf(!hasTmux())('direct and guarded look the same', () => {
  for (const { name, skip, command } of agents) {
    test.skipIf(skip)(name, { timeout: 180_000 }, async () => {
      const agent = command(temporaryFolder()) ?? '';
      const direct = await play(agent, {});
      const guarded = await play(`${process.execPath} ${guard}`, { GUARDED_CLAUDE_COMMAND: agent });
      expect(guarded).toEqual(direct);
    });
  }
});
