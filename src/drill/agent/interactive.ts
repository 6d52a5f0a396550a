/** The interactive session: keyboard, queue, turns, dialogs and leaving. */

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentArguments, Settings } from './arguments.ts';
import { createFace, duration, wrap } from './face.ts';
import { cloneMarketplace, sendTelemetry } from './helpers.ts';
import { type HookContext, runHooks } from './hooks.ts';
import { type Key, readKeys } from './keys.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { patienceOf } from './patience.ts';
import {
  beginTurn,
  busyOf,
  follow,
  objectOf,
  permissionDialog,
  type RunningTurn,
  rowsOf,
  titleOf,
} from './running-turn.ts';
import { createStatusReporter } from './status.ts';
import { openTranscript, type Transcript } from './transcript.ts';
import { type Progress, runTurn, type ToolCall, type TurnEnd } from './turn.ts';

export interface Session {
  readonly args: AgentArguments;
  readonly settings: readonly Settings[];
  readonly configDir: string;
  readonly cwd: string;
  readonly version: string;
  readonly misbehaviour: Misbehaviour;
  readonly id: string;
  readonly path: string;
  readonly resumed: boolean;
}

/** A second Ctrl+C within this time leaves. */
const leaveWithinMs = 1500;

export async function runInteractive(session: Session): Promise<void> {
  const { cwd, version, settings, args } = session;
  const output = process.stdout;
  const face = createFace(output, [
    '',
    ` ▐▛███▛█   Claude Code v${version}`,
    `▝▜██████▀  Simulated · ${cwd}`,
  ]);
  const { picture } = face;
  const patience = patienceOf(process.env);
  const status = createStatusReporter((bytes) => output.write(bytes));
  const mode =
    settings.map(({ permissions }) => permissions?.defaultMode).findLast((value) => value) ?? 'default';
  const allowed = settings.flatMap(({ permissions }) => permissions?.allow ?? []);
  const queue: string[] = [];
  let transcript: Transcript = openTranscript(session.path, session.id, version, cwd);
  let turn: RunningTurn | null = null;
  let dialog: ((allow: boolean) => void) | null = null;
  let lastInterruptAt = 0;

  const hooks: HookContext = {
    settings,
    env: process.env,
    cwd,
    common: () => ({
      session_id: transcript.sessionId,
      transcript_path: transcript.path,
      cwd,
      permission_mode: mode,
    }),
  };
  const width = () => (output.columns || 80) - 2;
  const show = (text: string) => {
    picture.conversation.push(...wrap(text, width()), '');
    face.draw();
  };

  picture.busy = () => turn && busyOf(turn, patience);
  picture.live = () => (turn ? rowsOf(turn, width()) : []);

  const report = (progress: Progress) => {
    if (!turn) return;
    follow(turn, progress, show);
    if (progress.type === 'tool') status.report('working', { message: titleOf(progress.call) });
    if (progress.type === 'tool-done') status.report('working');
    face.draw();
  };

  const permit = async (call: ToolCall): Promise<boolean> => {
    if (allowed.includes(call.name) || mode === 'bypassPermissions' || call.name === 'Read') return true;
    if (mode === 'acceptEdits' && call.name === 'Write') return true;
    await runHooks('PermissionRequest', hooks, { tool_name: call.name, tool_input: call.input });
    status.report('blocked', { kind: 'permission', message: `approve ${call.name}: ${objectOf(call)}` });
    picture.dialog = permissionDialog(call, output.columns || 80);
    face.draw();
    const allow = await new Promise<boolean>((resolve) => {
      dialog = resolve;
    });
    dialog = null;
    picture.dialog = null;
    status.report('working');
    face.draw();
    return allow;
  };

  const conclude = (end: TurnEnd, prompt: string, since: number) => {
    switch (end.end) {
      case 'done':
        picture.conversation.push(`✻ Cogitated for ${duration(Date.now() - since)} · done`, '');
        status.report('done');
        break;
      case 'failed':
        show(`● ${end.text}`);
        status.report('error', { message: end.text });
        break;
      case 'withdrawn':
        if (queue.length === 0) picture.draft = prompt;
        status.report('idle');
        break;
      case 'interrupted':
        if (picture.conversation.at(-1) === '') picture.conversation.pop();
        show('  ⎿  Interrupted · What should Claude do instead?');
        status.report('idle');
    }
  };

  let prompted = false;
  const takeTurn = async (prompt: string): Promise<void> => {
    if (!prompted) {
      cloneMarketplace(process.env);
      sendTelemetry(process.env);
    }
    prompted = true;
    const current = beginTurn();
    turn = current;
    status.report('working');
    show(`❯ ${prompt}`);
    await runHooks('UserPromptSubmit', hooks, { prompt });
    transcript.addUser(prompt, { permissionMode: mode, promptSource: 'typed' });
    const end = await runTurn({
      transcript,
      hooks,
      env: process.env,
      cwd,
      version,
      signal: current.abort.signal,
      permit,
      report,
    });
    turn = null;
    conclude(end, prompt, current.since);
    face.draw();
  };

  const ownShellFile = process.env.CLAUDE_ENV_FILE;
  const startSession = async (source: string) => {
    const envFile = join(session.configDir, 'session-env', transcript.sessionId, 'hook.sh');
    mkdirSync(dirname(envFile), { recursive: true });
    writeFileSync(envFile, ownShellFile ? `. '${ownShellFile}'\n` : '');
    process.env.CLAUDE_ENV_FILE = envFile;
    await runHooks('SessionStart', hooks, { source });
  };

  const clear = async () => {
    await runHooks('SessionEnd', hooks, { reason: 'clear' });
    const id = randomUUID();
    transcript = openTranscript(join(dirname(transcript.path), `${id}.jsonl`), id, version, cwd);
    picture.conversation.splice(3, Number.POSITIVE_INFINITY, '');
    await startSession('clear');
    face.draw();
  };

  const leave = async (code: number, reason: string): Promise<never> => {
    turn?.abort.abort();
    await runHooks('SessionEnd', hooks, { reason });
    status.report('clear');
    face.stop(`\nResume this session with:\nclaude --resume ${transcript.sessionId}\n`);
    process.exit(code);
  };

  /** Works through the queue, one turn at a time. */
  const work = async () => {
    if (turn) return;
    for (let prompt = queue.shift(); prompt !== undefined; prompt = queue.shift()) {
      picture.queued = [...queue];
      if (prompt === '/exit') await leave(0, 'prompt_input_exit');
      else if (prompt === '/clear') await clear();
      else await takeTurn(prompt);
    }
  };

  const press = (key: Key) => {
    switch (key.key) {
      case 'program-status':
        status.answered();
        return;
      case 'text':
        if (dialog) {
          if (key.text.startsWith('1') || key.text.startsWith('2')) dialog(true);
          else if (key.text.startsWith('3')) dialog(false);
          return;
        }
        picture.draft += key.text;
        break;
      case 'backspace':
        picture.draft = picture.draft.slice(0, -1);
        break;
      case 'clear':
        picture.draft = '';
        break;
      case 'enter':
        if (dialog) return dialog(true);
        if (picture.draft.trim()) {
          queue.push(picture.draft);
          picture.draft = '';
          picture.queued = turn ? [...queue] : [];
          void work();
        }
        break;
      case 'escape':
        if (session.misbehaviour.ignoreEscape) return;
        turn?.abort.abort();
        dialog?.(false);
        break;
      case 'interrupt': {
        const now = Date.now();
        if (turn && !session.misbehaviour.ignoreEscape) turn.abort.abort();
        else if (picture.draft) picture.draft = '';
        else if (now - lastInterruptAt < leaveWithinMs) void leave(0, 'prompt_input_exit');
        else lastInterruptAt = now;
        break;
      }
      case 'suspend':
        process.kill(process.pid, 'SIGTSTP');
    }
    face.draw();
  };

  process.on('SIGTERM', () => {
    if (!session.misbehaviour.ignoreSigterm) void leave(143, 'other');
  });
  process.on('SIGHUP', () => void leave(129, 'other'));
  process.on('SIGINT', () => void leave(0, 'other'));
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', readKeys(press));
  face.start();
  status.ask();
  await startSession(session.resumed ? 'resume' : 'startup');
  if (args.prompt !== null) {
    queue.push(args.prompt);
    await work();
  }
}
