/** How an agent starts that is to go on with a conversation: late, or never. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../../../../src/drill/api/scenario.ts';
import type { Preparation, Scene, Situation } from '../situation.ts';
import { prompt } from './faults.ts';
import { inMidText, words } from './props.ts';

const startsFile = 'resumed';

/**
 * Runs in the agent's place. With --resume it does first what is said, once; for a shell, `$n` counts such starts.
 * Agents do so that ask a host at their start and get no answer.
 */
function resumesLate(before: string) {
  return (folder: string, agent: string): Preparation => {
    const path = join(folder, 'claude-late');
    const script = `#!/bin/sh
case " $* " in *' --resume '*)
  echo resumed >> ${startsFile}
  n=$(wc -l < ${startsFile})
  ${before} ;;
esac
exec '${agent}' "$@"
`;
    writeFileSync(path, script, { mode: 0o755 });
    return { agent: path };
  };
}

/** How many agents were started with --resume. */
function resumed({ stage }: Scene): number {
  const path = join(stage.sandbox.project, startsFile);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
}

async function killInMidText({ stage }: Scene): Promise<number> {
  stage.api.enqueue(say(words(200), 100));
  await stage.submit(prompt);
  await inMidText(stage);
  process.kill(stage.agentPid(), 'SIGKILL');
  return Date.now();
}

const relaunched = { most: 'relaunch', finds: ['agent-gone'], newProcess: true } as const;

export const startSituations = {
  'late-resume': {
    group: 'process',
    what: 'the agent is killed, and the next one draws nothing for 25 s: it is let alone',
    expect: { ends: 'turn', ...relaunched },
    turnBefore: true,
    prepare: resumesLate('sleep 25'),
    play: killInMidText,
    check: (scene) => (resumed(scene) === 1 ? null : `started ${resumed(scene)} times`),
    patienceMs: 120_000,
  },
  'hung-resume': {
    group: 'process',
    what: 'the agent is killed, and the next one hangs before it has drawn anything; the one after it comes up',
    expect: { ends: 'turn', ...relaunched },
    turnBefore: true,
    prepare: resumesLate('[ "$n" -gt 1 ] || exec sleep 600'),
    play: killInMidText,
    check: (scene) => (resumed(scene) === 2 ? null : `started ${resumed(scene)} times`),
    patienceMs: 180_000,
  },
} as const satisfies Record<string, Situation>;
