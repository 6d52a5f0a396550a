/** The yardstick: a pass-through of ten lines, as everybody would write it with node-pty. */
import { spawn } from 'node-pty';

const [file = '', ...args] = process.argv.slice(2);
const { columns: cols, rows } = process.stdout;
process.stdin.setRawMode(true);
const pty = spawn(file, args, { cols, rows, encoding: null });
pty.onData((data) => process.stdout.write(data));
process.stdin.on('data', (data) => pty.write(data));
process.stdout.on('resize', () => pty.resize(process.stdout.columns, process.stdout.rows));
pty.onExit(({ exitCode }) => process.exit(exitCode));
