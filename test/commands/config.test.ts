import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setInText } from '../../src/config/edit.ts';
import { parseJsonc } from '../../src/config/jsonc.ts';
import { findLeaf, type Leaf, leaves } from '../../src/config/validate.ts';
import { makeHome } from '../support/guardctl.ts';

const leaf = (name: string): Leaf => {
  const found = findLeaf(name);
  if (found === null) throw new Error(name);
  return found;
};

test('a config file that is not UTF-8 is left as it is', async () => {
  const home = makeHome();
  const path = join(home.folder, '.config/guarded-claude/config.json');
  mkdirSync(dirname(path), { recursive: true });
  const before = Buffer.from('{ // f\xfcr mich\n}\n', 'latin1');
  writeFileSync(path, before);
  const { code, stderr } = await home.run('config', 'set', 'bell', 'off');
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not UTF-8; fix it first')]);
  expect(readFileSync(path)).toEqual(before);
});

test('a folder in the place of the config file is named, and stays', async () => {
  const home = makeHome();
  const path = join(home.folder, '.config/guarded-claude/config.json');
  mkdirSync(path, { recursive: true });
  const { code, stderr } = await home.run('config', 'set', 'bell', 'off');
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('config.json is a folder; the settings must be in a file'),
  ]);
  expect(statSync(path).isDirectory()).toBe(true);
});

describe('one setting is changed in the text', () => {
  test.each([
    ['', 'tunnel', false, '{\n  "senses": {\n    "tunnel": false\n  }\n}\n'],
    ['{}', 'tunnel', false, '{\n  "senses": {\n    "tunnel": false\n  }\n}'],
    ['{"senses":{}}', 'tunnel', false, '{\n  "senses": {\n    "tunnel": false\n  }\n}'],
    ['{"senses":{"tunnel":true}}', 'tunnel', false, '{"senses":{"tunnel":false}}'],
    [
      '{"senses":{"hooks":true}}',
      'tunnel',
      false,
      '{\n  "senses": {\n    "hooks": true,\n    "tunnel": false\n  }\n}',
    ],
    [
      '{"senses":3, "x":[1,{"a":2}]}',
      'tunnel',
      false,
      '{"senses":{\n    "tunnel": false\n  }, "x":[1,{"a":2}]}',
    ],
    ['{"x":1,"x":2}', 'bell', true, '{\n  "x": 1,\n  "x": 2,\n  "notify": {\n    "bell": true\n  }\n}'],
    [
      '// mine\n{\n  "senses": {\n    "hooks": true, // why\n  }, /* end */\n}\n',
      'tunnel',
      false,
      '// mine\n{\n  "senses": {\n    "hooks": true,\n    "tunnel": false, // why\n  }, /* end */\n}\n',
    ],
    [
      '{"notify":{"on_incident":"a \\" } b","bell":true}}',
      'on_incident',
      null,
      '{"notify":{"on_incident":null,"bell":true}}',
    ],
  ])('%j: %s = %j', (text, name, value, expected) => {
    expect(setInText(text, leaf(name), value)).toBe(expected);
    expect(() => parseJsonc(expected)).not.toThrow();
  });

  test.each(['{', '[]', '3', '{"a" 1}', '{"senses":{},"senses":{"tunnel":false}}'])(
    '%j is left alone',
    (text) => {
      expect(() => setInText(text, leaf('tunnel'), true)).toThrow(SyntaxError);
    },
  );

  test('property: in any object the value is set, and everything else stays', () => {
    const content = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('senses', 'notify')),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('tunnel', 'bell', 'x'), fc.jsonValue())),
    );
    const format = fc.constantFrom(
      (value: unknown) => JSON.stringify(value),
      (value: unknown) => JSON.stringify(value, null, 2),
      (value: unknown) => `// c\n${JSON.stringify(value, null, '\t')}/* d */\n`,
    );
    fc.assert(
      fc.property(
        content,
        format,
        fc.constantFrom(...leaves),
        fc.constantFrom(true, 7, 'a"}{', null),
        (object, print, target, value) => {
          const before = parseJsonc(print(object)) as Record<string, unknown>;
          const after = parseJsonc(setInText(print(object), target, value)) as Record<
            string,
            Record<string, unknown>
          >;
          expect(after[target.section]?.[target.name]).toEqual(value);
          const section = before[target.section];
          const kept =
            typeof section === 'object' && section !== null && !Array.isArray(section) ? section : {};
          expect(after).toEqual({ ...before, [target.section]: { ...kept, [target.name]: value } });
        },
      ),
    );
  });
});

test('set, get, list and path agree', async () => {
  const home = makeHome();
  const file = join(home.folder, '.config/guarded-claude/config.json');
  expect((await home.run('config', 'path')).stdout).toBe(`${file}\n`);
  expect(await home.run('config', 'set', 'stream_timeout_ms', '5000')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect((await home.run('config', 'get', 'network_resilience.stream_timeout_ms')).stdout).toBe('5000\n');
  expect(await home.json('config', 'get', 'tunnel', '--json')).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await home.json('config', '--json')).toContainEqual({
    key: 'network_resilience.stream_timeout_ms',
    value: 5000,
    origin: 'file',
    default: 30_000,
    help: leaf('stream_timeout_ms').key.help,
  });
  expect((await home.json('config', '--json')) as object[]).toHaveLength(leaves.length);
});

test.each([
  ['stream_timeout_ms', '-5'],
  ['stream_timeout_ms', '-5000.5'],
  ['bell', '-1'],
])('%s %s is a value that is not allowed, and no option', async (key, value) => {
  const { code, stderr } = await makeHome().run('config', 'set', key, value);
  expect(code).toBe(2);
  expect(stderr).toContain(`${key} must be `);
  expect(stderr).not.toContain('option');
});

test('a link stays a link, the mode stays, a broken file is left alone', async () => {
  const home = makeHome();
  const file = join(home.folder, '.config/guarded-claude/config.json');
  const real = join(home.folder, 'dotfiles.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(real, '{ // mine\n}\n', { mode: 0o644 });
  symlinkSync(real, file);
  expect((await home.run('config', 'set', 'bell', 'off')).code).toBe(0);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toBe('{\n  "notify": {\n    "bell": false\n  } // mine\n}\n');
  expect(statSync(real).mode & 0o777).toBe(0o644);
  writeFileSync(real, '{ broken');
  expect(await home.run('config', 'set', 'bell', 'on')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not valid JSON'),
  });
  expect(readFileSync(real, 'utf8')).toBe('{ broken');
});

test('a link whose target is not there: reading says so, and setting makes the target', async () => {
  const home = makeHome();
  const file = join(home.folder, '.config/guarded-claude/config.json');
  const real = join(home.folder, 'dotfiles/guarded.json');
  mkdirSync(dirname(file), { recursive: true });
  symlinkSync('../../dotfiles/guarded.json', file);
  const { stdout, stderr } = await home.run('config', 'get', 'bell');
  expect(stdout).toBe('true\n');
  expect(stderr).toContain('config.json: is a link to nothing');
  expect((await home.run('config', 'set', 'bell', 'off')).code).toBe(0);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ notify: { bell: false } });
});

test('a variable that takes precedence is pointed out; warnings go to stderr', async () => {
  const home = makeHome({ GUARDED_CLAUDE_BELL: 'on', GUARDED_CLAUDE_TUNNEL: 'x' });
  expect((await home.run('config', 'set', 'bell', 'off')).stderr).toContain(
    'GUARDED_CLAUDE_BELL is set in this environment',
  );
  const { stdout, stderr } = await home.run('config', 'get', 'bell');
  expect(stdout).toBe('true\n');
  expect(stderr).toContain('GUARDED_CLAUDE_TUNNEL = "x": must be');
});
