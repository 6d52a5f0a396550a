/**
 * Preloaded into a guard (`node --import`): ends it, or takes the disk or the files away from it, in the very moment of
 * one of its own calls to the file system. `STRIKE` says which: { call, on, nth, when, way }.
 *
 *   killed   SIGKILL
 *   thrown   an error that nobody catches
 *   full     from now on nothing can be written to a file (ENOSPC)
 *   files    from now on no file, pipe or socket can be opened (EMFILE)
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const order = process.env.STRIKE === undefined ? null : JSON.parse(process.env.STRIKE);
delete process.env.STRIKE; // the agent is no guard
let left = order?.nth ?? 1;
let isFull = false;

const ways = {
  killed: () => process.kill(process.pid, 'SIGKILL'),
  thrown: () =>
    setImmediate(() => {
      throw new Error('out of nowhere');
    }),
  full: () => {
    isFull = true;
  },
  files: () => spawnSync('prlimit', ['--pid', String(process.pid), '--nofile=3:']),
};

/** What a call is about: its paths, or the bytes that it writes. */
const about = (args) =>
  args
    .filter((arg) => typeof arg === 'string' || ArrayBuffer.isView(arg))
    .map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg).toString('latin1')))
    .join(' ');

const isHit = (name, args) =>
  order !== null && order.call === name && new RegExp(order.on).test(about(args)) && --left === 0;

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** @param needsSpace whether a call with these arguments takes room on the disk */
function replace(owner, prefix, name, needsSpace) {
  const original = owner[name];
  owner[name] = function replaced(...args) {
    const hit = isHit(prefix + name, args);
    if (hit && order.when === 'before') ways[order.way]();
    if (isFull && needsSpace(args)) {
      const last = args.at(-1);
      if (typeof last === 'function') return process.nextTick(last, noSpace());
      if (prefix !== '') return Promise.reject(noSpace());
      throw noSpace();
    }
    const result = original.apply(this, args);
    if (!hit || order.when === 'before') return result;
    if (!(result instanceof Promise)) {
      ways[order.way]();
      return result;
    }
    return result.then((value) => {
      ways[order.way]();
      return value;
    });
  };
}

const always = () => true;
const never = () => false;
const writes = ([path, flags]) => /[wa+]/.test(String(flags)) && !String(path).startsWith('/dev/');
const toFile = ([descriptor]) => fs.fstatSync(descriptor).isFile();

for (const [name, needsSpace] of [
  ['openSync', writes],
  ['writeFileSync', always],
  ['mkdirSync', always],
  ['renameSync', never],
  ['linkSync', always],
  ['writeSync', toFile],
  ['write', toFile],
])
  replace(fs, '', name, needsSpace);
for (const [name, needsSpace] of [
  ['open', writes],
  ['mkdir', always],
  ['rename', never],
  ['link', always],
])
  replace(fs.promises, 'promises.', name, needsSpace);
syncBuiltinESMExports();
