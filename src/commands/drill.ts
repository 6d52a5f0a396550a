/**
 * `guardctl drill [SCENARIO] [--agent real|simulated] [--json]`: shows what the guard can do, against a simulated API,
 * in a throw-away home. Uses the real agent if there is one, otherwise the simulated one. Nothing of the person's is
 * read or changed, and nothing leaves the machine.
 */
import { parseArgs } from 'node:util';
import { commandNamesOf } from '../agents/choose.ts';
import { nearest } from '../config/nearest.ts';
import { type DrillResult, runDrill } from '../drill/run.ts';
import { type ScenarioName, scenarioNames, scenarios } from '../drill/scenarios.ts';
import { headline, line, summary } from '../drill/scoreboard.ts';
import { findAgent } from '../platform/find-executable.ts';
import { UsageError } from './arguments.ts';
import { print, printJson, style } from './output.ts';

interface DrillOptions {
  readonly names: readonly ScenarioName[];
  /** Path of the real agent; null: the simulated one. */
  readonly agent: string | null;
  readonly json: boolean;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, agent: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chooseAgent(wanted: string | undefined): string | null {
  if (wanted !== undefined && wanted !== 'real' && wanted !== 'simulated')
    throw new UsageError('--agent is real or simulated');
  if (wanted === 'simulated') return null;
  const found = findAgent(commandNamesOf('claude-code'), process.env);
  if (found.ok) return found.path;
  if (wanted === 'real') throw new UsageError(found.message);
  return null;
}

function readOptions(args: readonly string[]): DrillOptions {
  const { values, positionals } = parse(args);
  const [word, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is an unexpected argument`);
  const agent = chooseAgent(values.agent);
  const json = values.json === true;
  const possible = scenarioNames.filter((name) => agent === null || scenarios[name].agents === 'any');
  if (word === undefined) return { names: possible, agent, json };
  const name = scenarioNames.find((known) => known === word);
  if (name === undefined) {
    const guess = nearest(word, scenarioNames);
    const hint = guess === null ? '' : `; did you mean ${guess}?`;
    throw new UsageError(
      `no scenario ${JSON.stringify(word)}${hint}\nScenarios: ${scenarioNames.join(', ')}`,
    );
  }
  if (!possible.includes(name)) throw new UsageError(`${name} needs --agent simulated`);
  return { names: [name], agent, json };
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/** Shows a spinner on a terminal while the drill runs; nothing in a pipe. @returns a function that removes it */
function startSpinner(text: string): () => void {
  const { control, unicode } = style();
  if (!control) return () => {};
  const began = Date.now();
  const draw = () => {
    const passed = Date.now() - began;
    const frame = unicode ? frames[Math.floor(passed / frameMs) % frames.length] : '...';
    process.stdout.write(`\r\x1b[2K${frame} ${text} (${Math.floor(passed / 1000)} s)`);
  };
  draw();
  const timer = setInterval(draw, frameMs);
  return () => {
    clearInterval(timer);
    process.stdout.write('\r\x1b[2K');
  };
}

export async function run(args: readonly string[]): Promise<number> {
  const { names, agent, json } = readOptions(args);
  const began = Date.now();
  const results: DrillResult[] = [];
  if (!json) {
    print(agent === null ? 'Drill with the simulated agent.' : `Drill with ${agent}, in a throw-away home.`);
    print(headline);
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  for (const name of names) {
    const stop = json ? () => {} : startSpinner(`${name}: ${scenarios[name].what}`);
    const result = await runDrill(name, agent, interrupted.signal);
    stop();
    if (interrupted.signal.aborted) return 130;
    results.push(result);
    if (json) continue;
    print(line(result));
    if (result.problem !== null) print(`    ${result.problem.replaceAll('\n', '\n    ')}`);
  }
  if (json) printJson({ agent: agent === null ? 'simulated' : 'real', command: agent, results });
  else print(summary(results, Date.now() - began));
  return results.every(({ ok }) => ok) ? 0 : 1;
}
