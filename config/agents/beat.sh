# Beats for an agent that is started by a shell script, without our program. Source it, with
# CELL set to the mission's cell, and call it: `beat working`, `beat idle`, `beat exiting`.
#
#   CELL=/var/missions/$MISSION_ID
#   . ./beat.sh
#   beat_while ./agent --its-flags

# Replaces the heartbeat, so that a reader meets the old one or the new one.
beat() {
  new=$(mktemp "$CELL/state/.beat.XXXXXX") &&
    printf '{"timestamp": "%s", "state": "%s", "interval_seconds": %s}\n' \
      "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "${INTERVAL:-60}" >"$new" &&
    chmod 640 "$new" && mv -f "$new" "$CELL/state/heartbeat.json"
}

# Runs a command, beats while it lives, and gives its exit code. `heartbeat run` does it better.
beat_while() {
  "$@" &
  agent=$!
  while kill -0 "$agent" 2>/dev/null; do
    beat working
    sleep "${INTERVAL:-60}"
  done &
  beater=$!
  wait "$agent"
  code=$?
  kill "$beater" 2>/dev/null
  beat exiting
  return "$code"
}
