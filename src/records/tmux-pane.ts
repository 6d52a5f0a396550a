/**
 * Publishes the session's state as an option of its tmux pane, `@guarded`, for status lines and borders
 * (`#{@guarded}`). The same call returns where the pane is, which the resume map needs.
 */
import { type TmuxPlace, tmux } from '../platform/tmux.ts';
import type { SessionState } from './status.ts';

export interface TmuxPane {
  show(state: SessionState): void;
  /** Removes the option; waits no longer than `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export interface TmuxPaneOptions {
  readonly place: TmuxPlace;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with `session:window.pane` each time tmux reports it. */
  readonly located: (address: string) => void;
  /** Called once. */
  readonly degraded: (detail: string) => void;
}

const option = '@guarded';
const address = '#{session_name}:#{window_index}.#{pane_index}';
/** A status line is drawn every 15 s or on request, while states can change several times a second. */
const periodMs = 1_000;

export function openTmuxPane({ place, env, located, degraded }: TmuxPaneOptions): TmuxPane {
  let shown: SessionState | null = null;
  let wanted: SessionState | null = null;
  let failed = false;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  /** One call after another, so that the last one wins. */
  let calls: Promise<void> = Promise.resolve();

  const call = (args: readonly string[], told: (output: string) => void): void => {
    calls = calls
      .then(async () => told(await tmux(place.socket, args, env)))
      .catch((error: unknown) => {
        if (!failed && !closed) degraded(`tmux: ${error instanceof Error ? error.message : String(error)}`);
        failed = true;
      });
  };
  const tell = (): void => {
    timer = null;
    if (wanted === null || wanted === shown) return;
    shown = wanted;
    const set = ['set-option', '-p', '-t', place.pane, option, wanted];
    call([...set, ';', 'display-message', '-p', '-t', place.pane, address], (output) =>
      located(output.trim()),
    );
    timer = setTimeout(tell, periodMs).unref();
  };
  return {
    show(state) {
      wanted = state;
      if (timer === null && !closed) tell();
    },
    async close(limitMs) {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      call(['set-option', '-p', '-u', '-t', place.pane, option], () => {});
      const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
      await Promise.race([calls, late]);
    },
  };
}
