import { ask } from '../service/control.ts';
import { servicePaths } from '../service/paths.ts';
import type { Status } from '../service/serve.ts';
import { parse, UsageError } from './arguments.ts';
import { NotFound } from './find.ts';
import { print, printJson } from './output.ts';

const patienceMs = 3_000;

/** `guardctl tunnel`: runs the service here. `guardctl tunnel status`: which sessions it serves. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['stay', 'json'], 1);
  const [word] = words;
  if (word !== undefined && word !== 'status')
    throw new UsageError(`${JSON.stringify(word)} is not "status"`);
  if (word === 'status') return await printStatus(options.json);
  const { serve } = await import('../service/serve.ts');
  if (!(await serve({ env: process.env, takesOver: false, stays: options.stay }))) print('already running');
  return 0;
}

async function printStatus(asJson: boolean): Promise<number> {
  const asked = ask(servicePaths(process.env).socket, { type: 'status' }, patienceMs);
  const status = (await asked.catch(() => {
    throw new NotFound('the service is not running; a session that needs it starts it');
  })) as Status;
  if (asJson) printJson(status);
  else {
    print(`running (pid ${status.pid}), sessions: ${status.sessions.length}`);
    for (const { pid, api, connections, cuts } of status.sessions)
      print(`  ${pid}  ${api ?? 'API not known'}  connections: ${connections}  cut: ${cuts}`);
  }
  return 0;
}
