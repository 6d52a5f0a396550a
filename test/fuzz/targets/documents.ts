/** Documents: conversations, hook payloads, settings, records, what is said in pipes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { feedLedger } from '../../../src/agents/claude-code/senses/ledger-feed.ts';
import { claudeCodeDoctor } from '../../../src/agents/claude-code/transcript/repair/repair.ts';
import { codex } from '../../../src/agents/codex/index.ts';
import { repairFile } from '../../../src/agents/common/repair.ts';
import { setInText } from '../../../src/config/edit.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { defaults } from '../../../src/config/schema.ts';
import { check, leaves } from '../../../src/config/validate.ts';
import { step } from '../../../src/decide/machine.ts';
import { initialState } from '../../../src/decide/state.ts';
import type { Observation } from '../../../src/events.ts';
import { statePaths } from '../../../src/platform/paths.ts';
import { createDialogue } from '../../../src/print/dialogue.ts';
import { createGate } from '../../../src/print/gate.ts';
import { openHostMemory } from '../../../src/records/host-memory.ts';
import { readJournal } from '../../../src/records/journal-reader.ts';
import { replay } from '../../../src/records/replay.ts';
import { readResumeMap } from '../../../src/records/resume-map.ts';
import { readSessions } from '../../../src/records/sessions.ts';
import { readToldIncidents } from '../../../src/records/told-incidents.ts';
import { createLedger } from '../../../src/recover/ledger.ts';
import { interruptedPrompt } from '../../../src/recover/prompt.ts';
import { buildSnapshot } from '../../../src/recover/snapshot.ts';
import { fixtures, holds, inChunks, linesOf, reader, type Target } from '../target.ts';

const id = '11111111-2222-4333-8444-555555555555';

/** What the core makes of these observations. */
function judge(observations: readonly Observation[]): void {
  let state = initialState(0);
  for (const [at, observation] of observations.entries())
    state = step(state, { ...observation, at: at * 1_000 }, defaults).state;
}

export const transcript: Target = {
  what: 'conversation files: summary, snapshot, prompt, repair',
  seeds: () => fixtures('transcripts', /\.jsonl$/),
  words: [
    ...[
      '"parentUuid":null,',
      '"isSidechain":true,',
      '"type":"tool_result"',
      '"type":"tool_use"',
      '"type":"summary"',
    ],
    ...[
      '"type":"system","subtype":"compact_boundary",',
      '"isMeta":true,',
      '"content":"",',
      '"type":"thinking"',
    ],
    ...[
      '"uuid":"a",',
      '"parentUuid":"a",',
      '"message":{"role":"assistant","content":[]},',
      '"type":"last-prompt"',
    ],
  ],
  async open(folder) {
    const place = join(folder, 'projects', 'p');
    mkdirSync(place, { recursive: true });
    const path = join(place, `${id}.jsonl`);
    const doctor = { ...claudeCodeDoctor, findWriter: async () => null };
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
        const snapshot = buildSnapshot({
          ...{
            sessionId: id,
            cause: 'fuzz',
            agentVersion: null,
            writtenAt: '',
            compacting: false,
            turnRunning: null,
          },
          ...{ ledger: found.openCalls, transcript: found, screenText: null },
        });
        const asked = {
          autoRetryReadonlyTools: true,
          autoRetryMutations: false,
          callsWatched: true,
          unattended: false,
        };
        interruptedPrompt(snapshot, { ...asked, rung: 'relaunch', template: null });
        for (const line of input.toString('utf8').split('\n')) judge(claudeCode.readTranscript(parsed(line)));
        await claudeCodeDoctor.looksBroken(path, null);
        const ways = { reconnect: input.length % 2 === 0, byHand: input.length % 3 === 0 };
        const first = await repairFile(path, doctor, { ...options, ...ways });
        const isRepaired = first.result === 'repaired';
        // What cannot be proven sound is not put in place.
        if (!isRepaired)
          holds(readFileSync(path).equals(input), `a file that is ${first.result} is not written`);
        if (first.result === 'failed')
          holds(knownFailure.test(first.detail), `no failure is a surprise: ${first.detail}`);
        const again = await repairFile(path, doctor, { ...options, ...ways });
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

/** Found by the proof of the copy. */
const knownFailure = /^(\d+ records would be lost|not everything could be repaired); /;

const told = (findings: readonly { readonly kind: string }[]) => findings.map(({ kind }) => kind).join();

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const hooks: Target = {
  what: 'hook payloads',
  seeds: () => linesOf(fixtures('hooks', /./)),
  words: [
    ...['"hook_event_name":"PreToolUse",', '"hook_event_name":"Stop",', '"hook_event_name":"SessionStart",'],
    ...[
      '"tool_input":{"file_path":"/x","old_string":"a","new_string":"b"},',
      '"tool_input":null,',
      '"agent_id":"a",',
    ],
    ...[
      '"tool_name":"Edit",',
      '"tool_name":"Bash",',
      '"tool_name":"MultiEdit",',
      '"source":"compact",',
      '"edits":[{}],',
    ],
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
      const calls = ledger.calls();
      const snapshot = buildSnapshot({
        ...{
          sessionId: id,
          cause: 'fuzz',
          agentVersion: null,
          writtenAt: '',
          compacting: false,
          turnRunning: true,
        },
        ...{ ledger: calls, transcript: null, screenText: null },
      });
      const asked = {
        autoRetryReadonlyTools: true,
        autoRetryMutations: true,
        callsWatched: true,
        unattended: true,
      };
      const prompt = interruptedPrompt(snapshot, { ...asked, rung: 'nudge', template: null });
      holds(!/[\x00-\x08\x0b-\x1f\x7f]/.test(prompt), 'a prompt that is typed holds no control character');
    }),
};

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

export const journal: Target = {
  what: 'journals, and their replay',
  seeds: () =>
    fixtures('journals', /\.jsonl$/)
      .toSorted((a, b) => a.length - b.length)
      .slice(0, 30),
  words: [
    '"at":',
    '"event":{"type":"tick"},',
    '"checkpoint":{},',
    '"checkpoint":null,',
    '"header":{},',
    '"config":{},',
  ],
  open: async (folder) =>
    reader((input) => {
      writeFileSync(join(folder, 'journal.jsonl'), input);
      for (const file of readJournal(join(folder, 'journal.jsonl'))) replay(file);
    }),
};

const status = {
  ...{
    run: 'r',
    session_id: null,
    pid: 1,
    start_time: '1',
    agent: 'claude-code',
    agent_pid: 2,
    agent_version: null,
  },
  ...{ guard_version: '0', cwd: '/', state: 'idle', since: '2026-01-01T00:00:00.000Z' },
  ...{ updated_at: '2026-01-01T00:00:00.000Z', incidents: 0, message: null, attempt: null, connection: null },
};
const incident = {
  ...{ id: 'r-1', run: 'r', session_id: null, agent_version: null, class: 'dead-stream', outcome: 'open' },
  ...{ began_at: '2026-01-01T00:00:00.000Z', detected_at: '2026-01-01T00:00:00.000Z', ended_at: null },
  ...{ evidence: ['a'], actions: [{ action: 'cut', at: '2026-01-01T00:00:00.000Z', detail: 'x' }] },
};
const pane = {
  ...{
    run: 'r',
    socket: '/s',
    server_pid: 1,
    server_start_time: '1',
    pane: 'a:1.1',
    cwd: '/',
    session_id: 's',
  },
  ...{ args: [], left_out: [], variables: {}, updated_at: '2026-01-01T00:00:00.000Z' },
};

export const records: Target = {
  what: 'our own small files: status, incidents, resume map, hosts',
  seeds: () =>
    [status, incident, [pane], { 'api:443': { first_byte_ms: 1, stream_ms: 2, pings: true, at_ms: 3 } }].map(
      (value) => Buffer.from(`${JSON.stringify(value)}\n`),
    ),
  words: Object.keys({ ...status, ...incident, ...pane }).map((name) => `"${name}":`),
  async open(folder) {
    const state = statePaths({ XDG_STATE_HOME: folder });
    const run = join(state.sessions, 'r');
    mkdirSync(run, { recursive: true });
    return reader((input) => {
      for (const path of [join(run, 'status.json'), state.incidents]) writeFileSync(path, input);
      for (const name of ['resume-map.json', 'hosts.json', 'versions.json'])
        writeFileSync(join(state.root, name), input);
      readSessions(state);
      readToldIncidents(state);
      readResumeMap(state);
      const memory = openHostMemory(state.root, 'api:443', (detail) => holds(false, detail));
      const known = memory.recall();
      holds(known.streamMs >= 0 && known.firstByteMs >= 0, 'a lesson is a length of time');
    });
  },
};

export const pipes: Target = {
  what: 'what a host and an agent say to each other in pipes',
  seeds: () => [
    ...linesOf(fixtures('python', /./)).slice(0, 50),
    ...[
      { type: 'control_request', request_id: 'a', request: { subtype: 'initialize' } },
      { type: 'control_request', request_id: 'b', request: { subtype: 'set_model', model: 'x' } },
      {
        type: 'control_request',
        request_id: 'c',
        request: { subtype: 'can_use_tool', tool_name: 'Bash', input: {} },
      },
      { type: 'control_response', response: { subtype: 'success', request_id: 'a', response: {} } },
      { type: 'control_cancel_request', request_id: 'c' },
      { type: 'system', subtype: 'init', session_id: id, permissionMode: 'plan' },
      {
        type: 'assistant',
        message: { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] },
      },
      { type: 'result', subtype: 'success', is_error: true, result: 'API Error: 500' },
    ].map((record) => Buffer.from(`${JSON.stringify(record)}\n`)),
  ],
  words: [
    '"type":"control_request",',
    '"request_id":"a",',
    '"subtype":"interrupt"',
    '"is_error":true,',
    '\n',
  ],
  open: async () =>
    reader((input) => {
      const { print } = claudeCode;
      if (print === null) return;
      const dialogue = createDialogue(print.control);
      for (const line of input.toString('utf8').split('\n')) {
        const record = parsed(line);
        dialogue.fromHost(record, Buffer.from(line));
        print.readPrompt(record);
        const { begins, result, observations } = print.readOutput(record);
        dialogue.fromAgent(record, { begins, ends: result !== null });
        judge(observations);
      }
      dialogue.agentGone();
      dialogue.opening();
      dialogue.onceBegun();
      for (const output of ['records', 'document', 'text'] as const) {
        const gate = createGate({ formats: { input: 'text', output }, mode: print, onRecord: () => {} });
        const passed = [...inChunks(input).map((chunk) => gate.take(chunk)), gate.release()];
        holds(Buffer.concat(passed).equals(input), `all output is passed on (${output})`);
      }
    }),
};
