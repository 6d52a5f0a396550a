import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { claudeCode } from '../agents/claude-code/index.ts';
import { type RepairOutcome, repairFile } from '../agents/common/repair.ts';
import type { Reach } from '../agents/contract/conversation.ts';
import { guardElsewhere } from '../guard/start/second-writer.ts';
import { statePaths } from '../platform/paths.ts';
import { isElsewhere } from '../platform/place.ts';
import { readSessions } from '../records/sessions.ts';
import type { Status } from '../records/status.ts';
import { parse, UsageError } from './arguments.ts';
import { NotFound } from './find.ts';
import { print, printJson } from './output.ts';

/**
 * `guardctl repair SESSION|FILE [--dry-run] [--reconnect] [--json]`: exit code 1 if the file could not or must not be
 * repaired.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['dry-run', 'reconnect', 'json'], 1);
  const [wanted] = words;
  if (wanted === undefined) throw new UsageError('name a session or a conversation file');
  const file = await fileOf(wanted);
  const sessionId = basename(file, '.jsonl');
  const guards = readSessions(statePaths(process.env)).flatMap(({ alive, status }) =>
    alive ? [status] : [],
  );
  if (!options['dry-run'] && isOpenElsewhere(guards, sessionId))
    throw new Error(`${guardElsewhere} has this conversation open; end its session there first`);
  const outcome = await repairFile(file, claudeCode.repairer, {
    now: Date.now(),
    reconnect: options.reconnect,
    byHand: true,
    version: null,
    resultTexts: new Map(),
    dryRun: options['dry-run'],
    thorough: true,
    elsewhere: otherwiseBusy(guards, sessionId),
  });
  if (options.json) printJson(jsonOf(file, outcome));
  else print(textOf(file, outcome));
  return outcome.result === 'busy' || outcome.result === 'failed' ? 1 : 0;
}

/**
 * Living guards, which look like agents, and their agents, if they are in other conversations. A guard knows which
 * conversation its agent is in, even if the agent itself records nothing.
 */
const otherwiseBusy = (guards: readonly Status[], sessionId: string): readonly number[] =>
  guards
    .filter(({ place, session_id }) => !isElsewhere(place) && ![null, sessionId].includes(session_id))
    .flatMap(({ pid, agent_pid }) => [pid, ...(agent_pid === null ? [] : [agent_pid])]);

/** The processes there cannot be looked at, so their guard's word counts. */
const isOpenElsewhere = (guards: readonly Status[], sessionId: string): boolean =>
  guards.some(({ place, session_id }) => isElsewhere(place) && session_id === sessionId);

/** The file that a path, a session id or a known run names. */
async function fileOf(wanted: string): Promise<string> {
  if (wanted.includes('/') || wanted.endsWith('.jsonl')) {
    const path = resolve(wanted);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw new NotFound(`no file ${path}`);
    if (found.isFile()) return path;
    const what = found.isDirectory() ? 'a folder' : 'no file that can be repaired';
    throw new UsageError(`${path} is ${what}; name a session, or a conversation file (….jsonl)`);
  }
  const guarded = readSessions(statePaths(process.env)).find(({ status }) => status.run === wanted);
  const sessionId = guarded?.status.session_id ?? wanted;
  const path = await claudeCode.findTranscript(process.env, sessionId);
  if (path === null) throw new NotFound(`no conversation file of a session ${JSON.stringify(wanted)}`);
  return path;
}

function jsonOf(file: string, outcome: RepairOutcome) {
  return {
    file,
    result: outcome.result,
    findings: outcome.findings.map(({ kind, count, found, done }) => ({ kind, count, found, done })),
    messages_before: outcome.before,
    messages_after: outcome.after,
    backup: outcome.result === 'repaired' ? outcome.backup : null,
    writer_pid: outcome.result === 'busy' ? (outcome.writer?.pid ?? null) : null,
    detail: outcome.result === 'failed' ? outcome.detail : null,
  };
}

function textOf(file: string, outcome: RepairOutcome): string {
  const findings = outcome.findings.map(({ found, done }) => `  - ${found}: ${done}`);
  const reach = reachText(outcome.before, outcome.after);
  switch (outcome.result) {
    case 'healthy':
      return [file, 'Nothing to repair; the file was not touched.', ...reach].join('\n');
    case 'dry-run':
      return [file, 'Found, and what a repair would do:', ...findings, ...reach, 'Nothing was written.'].join(
        '\n',
      );
    case 'repaired':
      return [file, 'Repaired:', ...findings, ...reach, `The original is kept as ${outcome.backup}`].join(
        '\n',
      );
    case 'busy':
      return [file, ...(findings.length > 0 ? ['Found:', ...findings] : []), busyText(outcome)].join('\n');
    case 'failed':
      return [file, ...findings, `Not repaired: ${outcome.detail}.`].join('\n');
  }
}

function busyText({ writer }: Extract<RepairOutcome, { result: 'busy' }>): string {
  if (writer === null) return 'Not repaired: the file was written to just now. Try again in a moment.';
  return writer.certain
    ? `Not repaired: process ${writer.pid} is using this conversation. End it first.`
    : `Not repaired: process ${writer.pid} runs in the same folder and may be using this conversation. End it first.`;
}

function reachText(before: Reach | null, after: Reach | null): readonly string[] {
  if (before === null || after === null) return [];
  const now = `A resume finds ${before.reachable} of ${before.total} messages`;
  const changed = after.reachable !== before.reachable || after.total !== before.total;
  return [changed ? `${now}; after the repair ${after.reachable} of ${after.total}.` : `${now}.`];
}
