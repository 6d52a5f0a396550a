/** The person works in an editor of their own, which the agent has given its terminal to. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiRequest } from '../../../../src/drill/api/api.ts';
import { longTool } from '../../../../src/drill/api/faults.ts';
import { call, say } from '../../../../src/drill/api/scenario.ts';
import { finished, type Stage } from '../../../../src/drill/stage.ts';
import type { Situation } from '../situation.ts';
import { longMs } from '../timing.ts';
import type { VersionRange } from '../version-range.ts';
import { prompt } from './faults.ts';

const seconds = Math.round((longMs * 2) / 1_000);
const ctrlG = '\x07';
const opened = 'In the editor.';
/** Written at the editor's own end; nothing is left of one that was killed. */
const saved = 'editor-saved';

/** Takes the keys of one line, then does nothing for long, as its user does. The text stays as it was. */
const editor = `#!/bin/sh
echo '${opened}'
read -r keys
sleep ${seconds}
echo "$keys" > "$CLAUDE_CONFIG_DIR/${saved}"
`;

const withEditor: Situation['prepare'] = (folder) => {
  const path = join(folder, 'an-editor');
  writeFileSync(path, editor, { mode: 0o755 });
  return { variables: { EDITOR: path, VISUAL: '' } };
};

const check: Situation['check'] = ({ stage }) =>
  existsSync(join(stage.sandbox.configDir, saved)) ? null : 'the editor did not come to its end';

async function opensEditor({ terminal, pause }: Stage): Promise<void> {
  await pause(3_000); // 2.1.329 takes no key as long as a question is new
  terminal.write(ctrlG);
  await terminal.waitFor(opened);
  await pause(1_000);
  terminal.write('ihello\x1b:wq\r');
}

/** Where the plan has to be written before the agent may show it; older agents take it from the call. */
const planFile = ({ body }: ApiRequest) =>
  /[^\s"'`\\]+\/plans\/[\w-]+\.md/.exec(JSON.stringify(body ?? ''))?.[0];
const plan = '1. Do it.\n';

const versions: VersionRange = { from: '2.1.0' };

export const editorSituations = {
  'editor-in-turn': {
    group: 'healthy',
    what: 'the person writes the next message in an editor while a command runs, and takes long',
    expect: { ends: 'turn', most: 'none', finds: [] },
    versions,
    prepare: withEditor,
    check,
    async play({ stage }) {
      const beganAt = Date.now();
      stage.api.enqueue(longTool(seconds + 6));
      await stage.submit(prompt);
      await opensEditor(stage);
      return beganAt;
    },
  },
  'editor-for-plan': {
    group: 'healthy',
    what: 'the person edits the plan that they are asked about, and takes long',
    expect: { ends: 'rest', most: 'none', finds: [] },
    versions,
    prepare: (folder, agent) => ({
      ...withEditor(folder, agent),
      args: ['--permission-mode', 'plan'],
    }),
    check,
    async play({ stage }) {
      const beganAt = Date.now();
      let asked = 0;
      stage.api.respond((request) => {
        const path = planFile(request);
        asked += 1;
        if (asked === 1 && path !== undefined) return call('Write', { file_path: path, content: plan });
        return asked <= 2 ? call('ExitPlanMode', { plan }) : say(finished);
      });
      await stage.submit(prompt);
      await stage.terminal.waitFor('Would you like to proceed?');
      await opensEditor(stage);
      await stage.pause((seconds + 4) * 1_000);
      return beganAt;
    },
  },
} as const satisfies Record<string, Situation>;
