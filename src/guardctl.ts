/**
 * The companion: `guardctl COMMAND …`. Exit codes: 0 success, 1 the command found a problem or failed, 2 the arguments
 * were not understood, 3 no such session or incident.
 */
import { isUsageError } from './commands/arguments.ts';
import { isNotFound } from './commands/find.ts';
import { commands, findCommand, helpText, unknownCommand } from './commands/table.ts';
import { guardVersion } from './platform/guard-version.ts';

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-V') return say(`${guardVersion()}\n`);
  if (name === undefined || name === '--help' || name === '-h') return say(helpText(null));
  const wanted = name === 'help' ? rest.find((word) => word !== 'help') : name;
  if (wanted === undefined) return say(helpText(null));
  const command = findCommand(wanted);
  if (command === null) return complain(unknownCommand(wanted), 2);
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) return say(helpText(command));
  try {
    const { run } = await command.load();
    return await run(rest, commands);
  } catch (error) {
    if (isUsageError(error)) {
      return complain(
        `guardctl ${command.name}: ${error.message}\nUsage: guardctl ${command.name} ${command.usage}\n`,
        2,
      );
    }
    if (isNotFound(error)) return complain(`guardctl ${command.name}: ${error.message}\n`, 3);
    const detail = error instanceof Error ? error.message : String(error);
    return complain(`guardctl ${command.name}: ${detail}\n`, 1);
  }
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

// `guardctl … | head` closes the pipe early, which is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// No process.exit: what was written to a pipe must arrive. The bundle is CommonJS, which cannot wait at its top level.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
