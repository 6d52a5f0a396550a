/** What the hooks are given. */
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { feedLedger } from '../../../src/agents/claude-code/senses/ledger-feed.ts';
import { createLedger } from '../../../src/recover/ledger.ts';
import { judge, parsed, promptFrom } from '../consequences.ts';
import { fixtures, holds, linesOf, reader, type Target } from '../target.ts';

export const hooks: Target = {
  what: 'hook payloads',
  seeds: () => linesOf(fixtures('hooks', /./)),
  words: [
    '"hook_event_name":"PreToolUse",',
    '"hook_event_name":"Stop",',
    '"hook_event_name":"SessionStart",',
    '"tool_input":{"file_path":"/x","old_string":"a","new_string":"b"},',
    '"tool_input":null,',
    '"agent_id":"a",',
    '"tool_name":"Edit",',
    '"tool_name":"Bash",',
    '"tool_name":"MultiEdit",',
    '"source":"compact",',
    '"edits":[{}],',
  ],
  open: async (folder) =>
    reader((input) => {
      const ledger = createLedger();
      for (const line of input.toString('utf8').split('\n')) {
        const payload = parsed(line);
        feedLedger(ledger, payload);
        claudeCode.hooks?.readPrompt(payload);
        judge(claudeCode.hooks?.read(payload, { CLAUDE_CONFIG_DIR: folder }) ?? []);
      }
      const prompt = promptFrom(
        { ledger: ledger.calls(), transcript: null, turnRunning: true },
        { rung: 'nudge', autoRetryMutations: true, callsWatched: true, unattended: true },
      );
      holds(!/[\x00-\x08\x0b-\x1f\x7f]/.test(prompt), 'a prompt that is typed holds no control character');
    }),
};
