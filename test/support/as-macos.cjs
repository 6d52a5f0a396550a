// Lets the guard take itself for one on macOS: preloaded, it makes each branch that asks for the platform go the other way,
// and there is no /proc. Only node-pty is told the truth, because it loads what was built for this system.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { platform } = process;

function denyProc(functions, names, fail) {
  for (const name of names) {
    const original = functions[name];
    functions[name] = (path, ...rest) =>
      /^\/proc(\/|$)/.test(String(path)) ? fail(path) : original(path, ...rest);
  }
}

function missing(path) {
  const error = new Error(`ENOENT: no such file or directory, '${path}'`);
  return Object.assign(error, { code: 'ENOENT', errno: -2, path });
}

if (!/simulated-agent/.test(process.argv[1] ?? '')) {
  Object.defineProperty(process, 'platform', {
    get: () => (/[\\/]node-pty[\\/]/.test(new Error().stack ?? '') ? platform : 'darwin'),
  });
  const reading = ['readFileSync', 'readdirSync', 'readlinkSync', 'openSync', 'statSync'];
  denyProc(fs, reading, (path) => {
    throw missing(path);
  });
  denyProc(fs, ['existsSync'], () => false);
  denyProc(fs.promises, ['readFile', 'readdir', 'readlink', 'open', 'stat'], (path) =>
    Promise.reject(missing(path)),
  );
  syncBuiltinESMExports();
}
