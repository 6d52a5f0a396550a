/**
 * If the guard dies without a chance to act (SIGKILL, out of memory), its agent must go too: nobody would read what it
 * prints, resume it or stop it.
 *
 * A `sh` waits at the end of a pipe whose other end only the guard holds. It is told the agent's pid. When the pipe
 * closes, it ends that process and its descendants, first with SIGTERM, then with SIGKILL, each only while pid and
 * start time show that it is still the same process. So no compiler and no second node are needed, and the shell goes
 * with the guard in every case. What is meant to outlive the agent is spared, with everything that it has started. The
 * shell leads a session of its own, so that what ends our whole process group or terminal does not end it before the
 * agent. It also removes what the guard would have removed at its end, because it may hold the person's words or
 * secrets, once nobody is left who writes there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Observation } from '../events.ts';

export interface DeadManSwitch {
  /** Starts the switch before there is an agent, so that it can be told the pid at once. */
  ready(): void;
  /** To be called with every observation: the switch follows the agent's start and end. Never throws. */
  see(observation: Observation): void;
}

/** Tenths of a second between SIGTERM and SIGKILL. A healthy agent ends within half a second (measured). */
const graceTenths = 5;

/**
 * `look PID` sets state, parent and start; it fails if there is no such process. On Linux it reads /proc and starts no
 * process; elsewhere it runs `ps`. `table` holds PID:PARENT:START of all processes, `tree` PID=START of the agent's.
 */
const script = `
trap '' HUP INT QUIT TERM
trap 'rm -rf -- "$@"' EXIT
agent= began=
if [ -r /proc/self/stat ]; then
  look() {
    read -r line <"/proc/$1/stat" || return 1
    set -- \${line##*") "}
    state=$1 parent=$2 start=\${20}
  }
  list() {
    for path in /proc/[0-9]*; do
      pid=\${path#/proc/}
      look "$pid" && echo "$pid:$parent:$start"
    done
  }
  words() { tr '\\0' ' ' <"/proc/$1/cmdline"; }
else
  export LC_ALL=C TZ=UTC
  look() {
    set -- $(ps -o state=,ppid=,lstart= -p "$1")
    state=$1 parent=$2 start=$3_$4_$5_$6_$7
    [ -n "$state" ]
  }
  list() {
    ps -axo pid=,ppid=,lstart= | while read -r pid parent a b c d e; do echo "$pid:$parent:\${a}_\${b}_\${c}_\${d}_$e"; done
  }
  words() { ps -o command= -p "$1"; }
fi
while IFS= read -r told; do
  case $told in
    /*) set -- "$@" "$told" ;;
    *)
      agent= began=
      [ -n "$told" ] && look "$told" && agent=$told began=$start ;;
  esac
done
[ -n "$agent" ] || exit 0
same() {
  look "$1" && [ "$start" = "$2" ] && [ "$state" != Z ]
}
same "$agent" "$began" || exit 0
# Whether that process and its children are meant to go on, judged by the words after its executable or its script.
spared() {
  [ -n "$SPARED" ] || return 1
  set -- $(words "$1")
  [ "$2 $3" = "$SPARED" ] || [ "$3 $4" = "$SPARED" ]
}
table=$(list)
tree=" $agent=$began "
grown=yes
while [ -n "$grown" ]; do
  grown=
  for entry in $table; do
    pid=\${entry%%:*} rest=\${entry#*:}
    case $tree in *" $pid="*) continue ;; esac
    case $tree in *" \${rest%%:*}="*) spared "$pid" || tree="$tree$pid=\${rest#*:} " grown=yes ;; esac
  done
done
each() {
  for entry in $tree; do
    same "\${entry%%=*}" "\${entry#*=}" && "$@" "\${entry%%=*}"
  done
}
each kill -TERM
each kill -CONT
for tenth in ${Array.from({ length: graceTenths }, (_, index) => index).join(' ')}; do
  [ -n "$(each echo)" ] || exit 0
  sleep 0.1 || sleep 1
done
each kill -KILL
`;

/**
 * @param spared words of a command line that is meant to outlive the agent; null: there is none
 * @param belongings absolute paths of files and folders that are to be removed with the guard
 * @param onFailure called if the switch cannot be started, or has ended
 */
export function createDeadManSwitch(
  spared: string | null,
  belongings: readonly string[],
  onFailure: (detail: string) => void,
): DeadManSwitch {
  let watcher: ChildProcess | null = null;

  function start(): ChildProcess {
    const { PATH = '/usr/bin:/bin' } = process.env;
    // None of our environment is passed on: its mark would make the watcher one of the agent's processes.
    const child = spawn('/bin/sh', ['-c', script, 'guarded-claude-dead-man-switch'], {
      cwd: '/',
      env: { PATH, SPARED: spared ?? '' },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    child.once('error', failed);
    child.once('exit', (code, signal) => failed(new Error(`ended by ${signal ?? code}`)));
    const stdin: Socket | null | undefined = child.stdin as Socket;
    if (!stdin) return child; // too many open files: node makes no pipe, and reports the error later
    stdin.on('error', () => {}); // its end is reported above
    // Not on the command line or in the environment: these paths, found there, mark who still uses the guard's address.
    // One path is one line, so a path with a line break is left out: its first line alone would name another file.
    for (const path of belongings.filter((one) => !one.includes('\n'))) stdin.write(`${path}\n`);
    child.unref();
    stdin.unref();
    return child;
  }

  const failed = (error: unknown): void => onFailure(`dead man's switch: ${(error as Error).message}`);
  function ready(): void {
    try {
      watcher ??= start();
    } catch (error) {
      failed(error);
    }
  }
  return {
    ready,
    see(observation) {
      if (observation.type === 'agent.exited') watcher?.stdin?.write('\n');
      if (observation.type !== 'agent.started') return;
      ready();
      watcher?.stdin?.write(`${observation.pid}\n`);
    },
  };
}
