/** `guardctl doctor [--network] [--json]`: checks this machine; exit code 1 if something must be fixed. */
import { chooseAgent, unknownAgent } from '../agents/choose.ts';
import { loadAgent } from '../agents/index.ts';
import { loadConfig } from '../config/load.ts';
import { statePaths } from '../platform/paths.ts';
import { wrap } from '../words/columns.ts';
import { oneLine, paint, type TerminalStyle } from '../words/terminal-style.ts';
import { parse } from './arguments.ts';
import { findAgentAndVersion, fullScreen, hooksAllowed, nesting, switchedOff } from './doctor/agent.ts';
import { backgroundLauncher } from './doctor/background.ts';
import { config, configFolder, stateFolder } from './doctor/files.ts';
import { type Finding, guarded, problem } from './doctor/finding.ts';
import { clock, nodeVersion, ownTerminal, pseudoTerminal, tmux } from './doctor/machine.ts';
import { collector } from './doctor/metrics.ts';
import { proxyChain, reachability } from './doctor/network.ts';
import { lacksOfRuns } from './doctor/runs.ts';
import { print, printJson, style } from './output.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { options } = parse(args, ['network', 'json'], 0);
  const findings = await examine(options.network);
  if (options.json) printJson(findings);
  else {
    const width = Math.max(...findings.map(({ check }) => check.length));
    print(findings.map((finding) => line(finding, width, style())).join('\n'));
  }
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
}

async function examine(network: boolean): Promise<Finding[]> {
  const { env } = process;
  const chosen = chooseAgent(env, '');
  const adapter = await loadAgent(chosen?.id ?? 'claude-code');
  const isClaudeCode = adapter.id === 'claude-code';
  const user = adapter.readUserSettings([], env, process.cwd(), null);
  const loaded = loadConfig(env);
  const off = switchedOff(env);
  const strikes = isClaudeCode ? fullScreen(env) : null;
  const launcher = isClaudeCode ? backgroundLauncher(env) : null;
  const metrics = collector(env);
  return [
    ...(off === null ? [] : [off]),
    ...(chosen === null
      ? [problem('agent', unknownAgent(env), 'correct GUARDED_CLAUDE_AGENT, or unset it')]
      : await several('agent', () => findAgentAndVersion(adapter, env))),
    ...(strikes === null ? [] : [strikes]),
    nodeVersion(),
    await guarded('pty', pseudoTerminal),
    ownTerminal(env, adapter.print !== null),
    await guarded('proxy chain', () => proxyChain(user, loaded.config)),
    hooksAllowed(adapter, user),
    ...(launcher === null ? [] : [launcher]),
    ...(await several('config', () => config(env))),
    await guarded('config folder', () => configFolder(env)),
    await guarded('state folder', () => stateFolder(env)),
    ...(await several('tmux', () => tmux(env))),
    ...(await several('sessions', () => lacksOfRuns(statePaths(env)))),
    ...(metrics === null ? [] : [metrics]),
    nesting(env),
    await guarded('clock', () => clock(statePaths(env))),
    ...(network ? [await guarded('network', () => reachability(user))] : []),
  ];
}

async function several(check: string, find: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  let findings: Finding[] = [];
  const failed = await guarded(check, async () => {
    findings = await find();
    return { check, state: 'ok', detail: '', remedy: null };
  });
  return failed.state === 'ok' ? findings : [failed];
}

const marks = {
  ok: ['ok', 'green'],
  note: ['-', 'dim'],
  warning: ['!', 'yellow'],
  problem: ['x', 'red'],
} as const;

function line({ check, state, detail, remedy }: Finding, checkWidth: number, look: TerminalStyle): string {
  const [mark, colour] = marks[state];
  const indent = ' '.repeat(checkWidth + 6);
  const width = look.control ? Math.max(30, look.columns - indent.length - 1) : Number.POSITIVE_INFINITY;
  const texts = [...wrap(oneLine(detail), width), ...(remedy === null ? [] : wrap(`-> ${remedy}`, width))];
  const head = `${paint(mark.padStart(3), colour, look)} ${check.padEnd(checkWidth)}  `;
  return texts.map((text, index) => (index === 0 ? head : indent) + text).join('\n');
}
