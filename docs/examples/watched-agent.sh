#!/bin/sh
# Runs an agent in print mode as a systemd service of Type=notify: tells systemd that it runs, and feeds the watchdog
# for as long as `guardctl health` finds the session well. Arguments are the agent's. Ends with the agent's own code.
set -u

# Three looks within the time that systemd waits (WATCHDOG_USEC comes from it), at most one a second.
pause=$((${WATCHDOG_USEC:-60000000} / 3000000))
[ "$pause" -ge 1 ] || pause=1

guarded-claude "$@" </dev/null &
agent=$!
systemd-notify --ready --status="the agent runs under guard $agent"
while sleep "$pause"; do
  guardctl health >/dev/null 2>&1 && systemd-notify WATCHDOG=1
done &
feeder=$!

trap 'kill -TERM "$agent" 2>/dev/null' TERM INT HUP
wait "$agent"
code=$?
# A signal interrupts the wait; the agent's own end is still to come.
while kill -0 "$agent" 2>/dev/null; do
  wait "$agent"
  code=$?
done
kill "$feeder" 2>/dev/null
exit "$code"
