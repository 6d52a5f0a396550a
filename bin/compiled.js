// Keeps what node has compiled, so that the next start need not compile it again. From 22.1 on node does it by itself.
const { hash } = require('node:crypto');
const {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const keptForMs = 30 * 86_400_000;
const checksumBytes = 20;
/** Of what node has for this, the quickest to load: the guard needs the same module. */
const checksumOf = (code) => hash('sha1', code, 'buffer');

/** From now on what `require` compiles is kept in the folder, if the file's name ends in `.cjs`. */
function keepCompiledIn(folder) {
  require.extensions['.cjs'] = (module, path) => load(folder, module, path);
}

function load(folder, module, path) {
  const script = compile(folder, path);
  if (script === null) return require.extensions['.js'](module, path);
  const body = script.runInThisContext();
  module.importLater = importFrom(dirname(path));
  body.call(module.exports, module.exports, Module.createRequire(path), module, path, dirname(path));
}

/** Instead of `import()`, which finds no loader in code that was kept. The build makes the bundles call it. */
const importFrom = (folder) => (name) =>
  import(name.startsWith('.') ? pathToFileURL(join(folder, name)).href : name);

/** Null: it cannot be done this way, whatever the reason; node's own way remains. */
function compile(folder, path) {
  try {
    const kept = join(folder, nameOf(path));
    const script = new Script(Module.wrap(readFileSync(path).toString()), {
      filename: path,
      cachedData: contentOf(kept),
    });
    // By its end the process has compiled all that it needed, which is more than the file's beginning.
    if (script.cachedDataRejected !== false) process.once('exit', () => keep(script, kept));
    return script;
  } catch {
    return null;
  }
}

/** The time of the inode's last change cannot be set: another file, even of the same length, has another name. */
function nameOf(path) {
  const { size, ctimeMs } = statSync(path);
  return `${basename(path)}-${process.version}-${process.arch}-${size}-${ctimeMs}`;
}

/** What was damaged on the disk would end the process, so a checksum stands at the end. */
function contentOf(path) {
  try {
    const kept = readFileSync(path);
    const code = kept.subarray(0, -checksumBytes);
    return checksumOf(code).equals(kept.subarray(-checksumBytes)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** A full or read-only disk costs the next start some milliseconds, and nothing else. */
function keep(script, path) {
  const folder = dirname(path);
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) removeIfOld(join(folder, name));
    const code = script.createCachedData();
    writeFileSync(unfinished, Buffer.concat([code, checksumOf(code)]), { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {}
}

function removeIfOld(path) {
  const stat = statSync(path);
  if (stat.isFile() && stat.mtimeMs < Date.now() - keptForMs) unlinkSync(path);
}

module.exports = { keepCompiledIn };
