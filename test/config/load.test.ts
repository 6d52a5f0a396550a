import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Config, defaults } from '../../src/config/schema.ts';
import { leaves } from '../../src/config/validate.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Loads with this file content (null: no file) and these variables. */
function load(file: string | null, env: Record<string, string> = {}) {
  const root = temporaryFolder();
  mkdirSync(join(root, 'guarded-claude'));
  if (file !== null) writeFileSync(join(root, 'guarded-claude/config.json'), file);
  return loadConfig({ HOME: root, XDG_CONFIG_HOME: root, ...env });
}

const at = (config: Config, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);

test('every leaf name is unique, so that one variable means one key', () => {
  const names = leaves.map((leaf) => leaf.name);
  expect(new Set(names).size).toBe(names.length);
});

test('without file and variables: the defaults, silently', () => {
  const loaded = load(null);
  expect(loaded.config).toEqual(defaults);
  expect(loaded.warnings).toEqual([]);
  expect(new Set(Object.values(loaded.origin))).toEqual(new Set(['default']));
});

test('a link that leads nowhere is no missing file', () => {
  const root = temporaryFolder();
  const file = join(root, 'config.json');
  symlinkSync('elsewhere/config.json', file);
  expect(loadConfig({}, file).warnings).toEqual([
    `${file}: is a link to nothing (elsewhere/config.json); using the defaults`,
  ]);
});

test('defaults < file < environment, and each value knows where it comes from', () => {
  const file =
    '{ "network_resilience": { "max_retries": 7, "stable_probes": 3 }, "notify": { "on_incident": "say x" } }';
  const { config, origin, warnings } = load(file, {
    GUARDED_CLAUDE_MAX_RETRIES: '9',
    GUARDED_CLAUDE_ON_INCIDENT: '',
  });
  expect(warnings).toEqual([]);
  expect(config.network_resilience).toMatchObject({
    max_retries: 9,
    stable_probes: 3,
    backoff_max_ms: 30_000,
  });
  expect(config.notify.on_incident).toBeNull();
  expect(origin).toMatchObject({
    'network_resilience.max_retries': 'environment',
    'network_resilience.stable_probes': 'file',
    'network_resilience.backoff_max_ms': 'default',
    'notify.on_incident': 'environment',
  });
});

describe('accepted from the environment', () => {
  test.each([
    ['TUNNEL', 'off', 'senses.tunnel', false],
    ['TUNNEL', 'FALSE', 'senses.tunnel', false],
    ['HOOKS', '0', 'senses.hooks', false],
    ['AUTO_RETRY_MUTATIONS', 'on', 'network_resilience.auto_retry_mutations', true],
    ['AUTO_RETRY_MUTATIONS', 'true', 'network_resilience.auto_retry_mutations', true],
    ['AUTO_RETRY_MUTATIONS', ' 1 ', 'network_resilience.auto_retry_mutations', true],
    ['STREAM_TIMEOUT_MS', '5000', 'network_resilience.stream_timeout_ms', 5000],
    ['RESUME_DIALOG', 'ask', 'recovery.resume_dialog', 'ask'],
    ['ON_INCIDENT', 'logger -t guard', 'notify.on_incident', 'logger -t guard'],
    ['STREAM_TIMEOUT_MS', '', 'network_resilience.stream_timeout_ms', 30_000],
  ])('GUARDED_CLAUDE_%s=%j', (name, text, path, value) => {
    const { config, warnings } = load(null, { [`GUARDED_CLAUDE_${name}`]: text });
    expect(warnings).toEqual([]);
    expect(at(config, path)).toBe(value);
  });
});

describe('rejected from the environment: named, explained, the default used', () => {
  test.each([
    ['TUNNEL', 'maybe', 'senses.tunnel', 'on, off, true, false, 1 or 0', 'true'],
    [
      'STREAM_TIMEOUT_MS',
      '30s',
      'network_resilience.stream_timeout_ms',
      'from 100 to 3600000 (milliseconds)',
      '30000',
    ],
    ['STREAM_TIMEOUT_MS', '99', 'network_resilience.stream_timeout_ms', 'from 100', '30000'],
    ['STREAM_TIMEOUT_MS', '1e9', 'network_resilience.stream_timeout_ms', 'a whole number', '30000'],
    ['STREAM_TIMEOUT_MS', '-1', 'network_resilience.stream_timeout_ms', 'a whole number', '30000'],
    ['STREAM_TIMEOUT_MS', '1.5', 'network_resilience.stream_timeout_ms', 'a whole number', '30000'],
    ['MAX_RETRIES', '101', 'network_resilience.max_retries', 'from 0 to 100', '5'],
    ['RESUME_DIALOG', 'short', 'recovery.resume_dialog', 'full, summary, ask', '"full"'],
    ['RESUME_DIALOG', 'toString', 'recovery.resume_dialog', 'full, summary, ask', '"full"'],
    ['BELL', 'constructor', 'notify.bell', 'on, off', 'true'],
  ])('GUARDED_CLAUDE_%s=%s', (name, text, path, allowed, used) => {
    const { config, warnings, origin } = load(null, { [`GUARDED_CLAUDE_${name}`]: text });
    expect(warnings).toHaveLength(1);
    for (const part of [`GUARDED_CLAUDE_${name}`, text, allowed, `using ${used}`])
      expect(warnings[0]).toContain(part);
    expect(at(config, path)).toBe(at(defaults, path));
    expect(origin[path]).toBe('default');
  });

  test('a bad variable over a good file leaves the file in force', () => {
    const loaded = load('{"senses":{"tunnel":false}}', { GUARDED_CLAUDE_TUNNEL: 'x' });
    expect(loaded.config.senses.tunnel).toBe(false);
    expect(loaded.warnings[0]).toContain('using false');
  });
});

test.each([
  ['GUARDED_CLAUDE_TUNEL', 'GUARDED_CLAUDE_TUNNEL?'],
  ['GUARDED_CLAUDE_STREAM_TIMEOUT', 'GUARDED_CLAUDE_STREAM_TIMEOUT_MS?'],
  ['GUARDED_CLAUDE_COMAND', 'GUARDED_CLAUDE_COMMAND?'],
])('unknown variable %s: the nearest is suggested', (name, suggestion) => {
  expect(load(null, { [name]: '1' }).warnings).toEqual([
    expect.stringContaining(`did you mean ${suggestion}`),
  ]);
});

test('an unknown variable that is near to nothing that people set: nothing is suggested', () => {
  for (const name of ['OFF', 'RUNS', 'GUARDS', 'DEBUG'])
    expect(load(null, { [`GUARDED_CLAUDE_${name}`]: '1' }).warnings).toEqual([
      `GUARDED_CLAUDE_${name} is not a setting`,
    ]);
});

test('GUARDED_CLAUDE is a switch like any other', () => {
  for (const text of ['off', 'OFF', ' false', '0', 'on', 'True', '1', ''])
    expect(load(null, { GUARDED_CLAUDE: text }).warnings).toEqual([]);
  expect(load(null, { GUARDED_CLAUDE: 'no' }).warnings).toEqual([
    'GUARDED_CLAUDE = "no": must be on, off, true, false, 1 or 0; using on',
  ]);
});

test('our variables that are not keys, and other programs’ variables, are ignored', () => {
  const env = {
    GUARDED_CLAUDE: 'off',
    GUARDED_CLAUDE_COMMAND: 'x',
    GUARDED_CLAUDE_AGENT: 'x',
    GUARDED_CLAUDE_RUN: 'x',
    CLAUDE_X: '1',
  };
  expect(load(null, env).warnings).toEqual([]);
});

describe('the file', () => {
  test('may have comments and trailing commas, even if strings look like comments', () => {
    const file =
      '\uFEFF// mine\n{ "notify": { /* loud */ "on_incident": "curl http://x/, // y", "bell": false, }, }';
    const { config, warnings } = load(file);
    expect(warnings).toEqual([]);
    expect(config.notify).toMatchObject({ on_incident: 'curl http://x/, // y', bell: false });
  });

  test.each([
    ['{"senses":{"tunnel":"off"}}', ['senses.tunnel = "off"', 'true or false', 'using true']],
    ['{"senses":{"tunnel":null}}', ['senses.tunnel = null', 'true or false']],
    ['{"network_resilience":{"max_retries":"5"}}', ['max_retries = "5"', 'a whole number from 0 to 100']],
    ['{"network_resilience":{"max_retries":1.5}}', ['max_retries = 1.5', 'a whole number']],
    [
      '{"network_resilience":{"backoff_max_ms":1e99}}',
      ['backoff_max_ms = 1e+99', 'to 3600000 (milliseconds)'],
    ],
    ['{"recovery":{"resume_dialog":"FULL"}}', ['resume_dialog = "FULL"', '"full", "summary", "ask"']],
    ['{"recovery":{"resume_dialog":["full"]}}', ['resume_dialog = ["full"]']],
    ['{"notify":{"on_incident":5}}', ['on_incident = 5', 'a shell command in quotes, or null']],
    ['{"notify":{"on_incident":"  "}}', ['on_incident = "  "', 'or null']],
    ['{"senses":true}', ['senses = true', 'must be an object']],
    ['{"senses":{"tunel":true}}', ['"senses.tunel" is not a setting', 'did you mean senses.tunnel?']],
    [
      '{"recovery":{"max_retries":3}}',
      ['"recovery.max_retries"', 'did you mean network_resilience.max_retries?'],
    ],
    ['{"max_retries":3}', ['"max_retries" is not a section', 'did you mean network_resilience.max_retries?']],
    ['{"network_resilence":{}}', ['did you mean network_resilience?']],
    ['{"__proto__":{"x":1}}', ['"__proto__" is not a section']],
    ['{"senses":{"constructor":1}}', ['"senses.constructor" is not a setting']],
    ['[]', ['must hold one JSON object']],
    ['{', ['is not valid JSON']],
    [`{"senses":{"tunnel":"${'x'.repeat(500)}\\u001b[2J"}}`, ['xxx…']],
  ])('%s', (file, parts) => {
    const { config, warnings } = load(file);
    expect(warnings).toHaveLength(1);
    for (const part of parts) expect(warnings[0]).toContain(part);
    expect(warnings[0]).not.toMatch(/\p{Cc}/u);
    expect(config).toEqual(defaults);
  });

  test('that is a folder is reported, not fatal', () => {
    const root = temporaryFolder();
    expect(loadConfig({}, root)).toMatchObject({
      config: defaults,
      warnings: [expect.stringContaining('EISDIR')],
    });
  });

  test('below a file, where there should be a folder, is reported, not fatal', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(loadConfig({}, join(file, 'config.json'))).toMatchObject({
      config: defaults,
      warnings: [expect.stringContaining('ENOTDIR')],
    });
  });

  test('one bad value does not spoil its neighbours', () => {
    const { config } = load('{"senses":{"tunnel":"x","hooks":false}}');
    expect(config.senses).toMatchObject({ tunnel: true, hooks: false });
  });
});
