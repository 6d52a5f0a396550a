/** Carries out effects in print mode: no terminal, no keys; what is to be said goes to standard error in one line. */
import type { Perform } from '../act/perform.ts';
import { resultTextOf, takeSnapshot } from '../act/snapshot.ts';
import { stop } from '../act/stop.ts';
import type { Effect, Notice } from '../effects.ts';
import type { ActiveToolCall } from '../recover/snapshot.ts';
import { causeWords } from '../report/cause.ts';
import { shellCommand } from '../report/notice.ts';
import { type OnEnd, startNext } from './launch.ts';
import type { PrintRun } from './run.ts';

export interface PrintOutlets {
  readonly probe: () => void;
  readonly remember: (effect: Extract<Effect, { type: 'remember' }>) => void;
  readonly notify: (effect: Extract<Effect, { type: 'notify' }>) => void;
  readonly exit: (effect: Extract<Effect, { type: 'exit' }>) => void;
  /** Whether a turn had begun in the agent that has ended. */
  readonly ranTurn: () => boolean;
  readonly onEnd: OnEnd;
}

export function createPrintPerformer(run: PrintRun, outlets: PrintOutlets): Perform {
  const { emit } = run;
  const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

  async function stopAgent(effect: Extract<Effect, { type: 'stop' }>): Promise<void> {
    // An answer that was made and never printed was in flight, too.
    const phase = effect.phase === 'between_turns' ? 'streaming' : effect.phase;
    const look = async () => {
      run.snapshot = (await takeSnapshot(run, { ...effect, phase })) ?? run.snapshot;
      return run.snapshot;
    };
    const plan = { ...effect, look, resultText: (call: ActiveToolCall) => resultTextOf(run, call) };
    await stop({ ...run, pty: run.child, terminal: { detach() {} } }, plan);
  }

  return (effect) => {
    switch (effect.type) {
      case 'cut':
        emit({ type: 'cut.done', count: run.tunnel?.cut(effect.connections) ?? 0 });
        return;
      case 'continue':
        run.child?.kill('SIGCONT');
        return;
      case 'nudge': // a person asked for it; nobody can type here
        emit({ type: 'nudge.done', outcome: 'not-idle' });
        return;
      case 'choose':
        emit({ type: 'choose.done', ok: false });
        return;
      case 'stop':
        stopAgent(effect).catch((error: unknown) =>
          emit({ type: 'saved', ok: false, detail: reasonOf(error) }),
        );
        return;
      case 'probe':
        outlets.probe();
        return;
      case 'launch':
        startNext(run, { ...effect, ranTurn: outlets.ranTurn() }, outlets.onEnd).then(
          () => run.ledger.clear(), // told in the prompt
          (error: unknown) => emit({ type: 'launch.failed', detail: reasonOf(error) }),
        );
        return;
      case 'notice':
        say(run, effect.notice);
        return;
      case 'remember':
        outlets.remember(effect);
        return;
      case 'notify':
        outlets.notify(effect);
        return;
      case 'exit':
        outlets.exit(effect);
        return;
      case 'title':
      case 'incident':
        return; // in the status file and on record
    }
  };
}

function say(run: PrintRun, notice: Notice): void {
  const text = words(run, notice);
  if (text !== null) process.stderr.write(`guarded-claude: ${text}\n`);
}

function words({ launch, session }: PrintRun, notice: Notice): string | null {
  switch (notice.kind) {
    case 'resuming':
      return `resuming the session (attempt ${notice.attempt}/${notice.of})`;
    case 'stopped':
      return causeWords(notice.cause).headline;
    case 'offline':
      return notice.attempt === 1 ? 'waiting for the network' : null;
    case 'gave-up': {
      const told = `${causeWords(notice.cause).headline} ${notice.detail}`;
      if (session.id === null || session.transcriptPath === null) return told;
      const args = launch.adapter.resumeArguments(launch.args, session.id, null);
      return `${told}. To go on: ${shellCommand(['guarded-claude', ...args])}`;
    }
    case 'confirm':
      return null; // nobody is there to confirm
  }
}
