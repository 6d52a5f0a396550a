/** The config file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setInText } from '../../../src/config/edit.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { defaults } from '../../../src/config/schema.ts';
import { check, leaves } from '../../../src/config/validate.ts';
import { holds, reader, type Target } from '../target.ts';

export const config: Target = {
  what: 'the config file',
  seeds: () => [
    Buffer.from(JSON.stringify(defaults, null, 2)),
    Buffer.from(
      '{ // comment\n "recovery": { "in_place": false, }, /* more */ "notify": { "on_incident": "say" } }',
    ),
  ],
  words: [
    '//',
    '/*',
    '*/',
    ',',
    '"senses":{',
    '"tunnel":',
    '"on_incident":',
    '"__proto__":',
    '"recovery":{"in_place":1}',
  ],
  open: async (folder) => {
    const file = join(folder, 'config.json');
    return reader((input) => {
      writeFileSync(file, input);
      const loaded = loadConfig({}, file);
      const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { ...loaded.config };
      for (const { section, name, key } of leaves)
        holds(check(key, sections[section]?.[name]).ok, `${section}.${name} is allowed`);
      for (const warning of loaded.warnings)
        holds(!/[\p{Cc}\u2028]/u.test(warning), 'a warning is one line without control characters');
      const leaf = leaves[input.length % leaves.length];
      if (!leaf) return;
      try {
        setInText(input.toString('utf8'), leaf, leaf.key.default);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    });
  },
};
