/** What happens to the agent. */
import type { Scene } from './scene.ts';

export interface Trouble {
  readonly what: string;
  /** The API plays the phase's answer that dies. */
  readonly stream?: true;
  begin?(scene: Scene): void | Promise<void>;
  /** Over after `awayMs`. */
  end?(scene: Scene): void | Promise<void>;
}

/** An outage of some seconds, longer than the guard's limit for silence in mid-response. */
export const awayMs = 10_000;

function signal({ agent }: Scene, name: NodeJS.Signals): void {
  const pid = agent();
  if (pid === null) throw new Error('there is no agent');
  process.kill(pid, name);
}

export const troubles = {
  killed: { what: 'SIGKILL', begin: (scene) => signal(scene, 'SIGKILL') },
  stopped: { what: 'SIGSTOP', begin: (scene) => signal(scene, 'SIGSTOP') },
  'dead stream': { what: 'the connection stays open, and nothing more comes', stream: true },
  'black hole': {
    what: `for ${awayMs / 1_000} s nothing passes, on open connections either, and nobody is told`,
    begin: ({ standIn }) => standIn.blackHole(true),
    end: ({ standIn }) => standIn.blackHole(false),
  },
  refused: {
    what: `open connections are reset, and for ${awayMs / 1_000} s whoever connects is refused`,
    begin: ({ standIn }) => standIn.goAway(),
    end: ({ standIn }) => standIn.comeBack(),
  },
} as const satisfies Record<string, Trouble>;

export type TroubleName = keyof typeof troubles;
export const troubleNames = Object.keys(troubles) as readonly TroubleName[];
