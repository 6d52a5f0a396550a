/** Conversation files. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { claudeCodeRepairer } from '../../../src/agents/claude-code/transcript/repair/repair.ts';
import { codex } from '../../../src/agents/codex/index.ts';
import { repairFile } from '../../../src/agents/common/repair.ts';
import { conversationId, judge, parsed, promptFrom } from '../consequences.ts';
import { fixtures, holds, type Target } from '../target.ts';

export const transcript: Target = {
  what: 'conversation files: summary, snapshot, prompt, repair',
  seeds: () => fixtures('transcripts', /\.jsonl$/),
  words: [
    '"parentUuid":null,',
    '"isSidechain":true,',
    '"type":"tool_result"',
    '"type":"tool_use"',
    '"type":"summary"',
    '"type":"system","subtype":"compact_boundary",',
    '"isMeta":true,',
    '"content":"",',
    '"type":"thinking"',
    '"uuid":"a",',
    '"parentUuid":"a",',
    '"message":{"role":"assistant","content":[]},',
    '"type":"last-prompt"',
  ],
  async open(folder) {
    const place = join(folder, 'projects', 'p');
    mkdirSync(place, { recursive: true });
    const path = join(place, `${conversationId}.jsonl`);
    const repairer = { ...claudeCodeRepairer, findWriter: async () => null };
    const options = {
      now: 0,
      version: null,
      resultTexts: new Map<string, string>(),
      dryRun: false,
      thorough: false,
    };
    return {
      async read(input) {
        for (const name of readdirSync(place)) rmSync(join(place, name));
        writeFileSync(path, input);
        const found = await claudeCode.summarizeTranscript(path);
        promptFrom(
          { ledger: found.openCalls, transcript: found, turnRunning: null },
          { rung: 'relaunch', autoRetryMutations: false, callsWatched: true, unattended: false },
        );
        for (const line of input.toString('utf8').split('\n')) judge(claudeCode.readTranscript(parsed(line)));
        await claudeCodeRepairer.looksBroken(path, null);
        const ways = { reconnect: input.length % 2 === 0, byHand: input.length % 3 === 0 };
        const first = await repairFile(path, repairer, { ...options, ...ways });
        const isRepaired = first.result === 'repaired';
        // What cannot be proven sound is not put in place.
        if (!isRepaired)
          holds(readFileSync(path).equals(input), `a file that is ${first.result} is not written`);
        if (first.result === 'failed')
          holds(knownFailure.test(first.detail), `no failure is a surprise: ${first.detail}`);
        const again = await repairFile(path, repairer, { ...options, ...ways });
        holds(
          again.result === (isRepaired ? 'healthy' : first.result),
          `a repair is one: ${told(again.findings)}`,
        );
        const left = readdirSync(place).filter((name) => !/\.jsonl(\.before-repair-.*)?$/.test(name));
        holds(left.length === 0, `nothing is left beside it: ${left}`);
        await claudeCode.summarizeTranscript(path);
        await codex.summarizeTranscript(path);
      },
      close: () => {},
    };
  },
};

/** Found by the proof of the copy, or before anything is planned. */
const knownFailure =
  /^((\d+ records would be lost|not everything could be repaired); |it holds no record of a conversation$)/;

const told = (findings: readonly { readonly kind: string }[]) => findings.map(({ kind }) => kind).join();
