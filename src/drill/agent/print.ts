/** `-p`: one turn without a screen, its text on standard output. */
import type { Session } from './interactive.ts';
import { openTranscript } from './transcript.ts';
import { runTurn } from './turn.ts';

export async function runPrint(session: Session): Promise<void> {
  const { args, cwd, version } = session;
  let prompt = args.prompt ?? '';
  if (!process.stdin.isTTY) {
    for await (const piece of process.stdin) prompt += String(piece);
  }
  const transcript = openTranscript(session.path, session.id, version, cwd);
  transcript.addUser(prompt);
  const end = await runTurn({
    transcript,
    hooks: {
      settings: session.settings,
      env: process.env,
      cwd,
      common: () => ({ session_id: session.id, transcript_path: session.path, cwd }),
    },
    env: process.env,
    cwd,
    version,
    signal: new AbortController().signal,
    permit: () => Promise.resolve(true),
    report() {},
  });
  process.stdout.write(`${end.end === 'done' || end.end === 'failed' ? end.text : ''}\n`);
  process.exit(end.end === 'done' ? 0 : 1);
}
