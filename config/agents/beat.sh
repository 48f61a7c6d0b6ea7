# Beats for an agent that a shell script starts, without lazarus-pit: for the POSIX shells of Linux.
# Set CELL to the mission's cell, source this file, and call `beat working`, `beat idle` or
# `beat exiting`. INTERVAL is in seconds; default 60.
#
#   CELL=/var/missions/$MISSION_ID
#   . ./beat.sh
#   beat_while ./agent --its-flags
#
# The beats of beat_while name the agent's process, so that its death is noticed at once, and the last
# beat has its exit code. A single `beat` vouches for no process. `heartbeat run` does more: for
# example, it does not beat while the agent is stopped.

# Replaces the heartbeat atomically. It uses no command substitution: bash may return nothing from
# one in which it gets a signal.
beat() {
  beat_look Pid || return
  beat_new=$CELL/state/.beat.$beat_found
  date -u "+{\"timestamp\": \"%Y-%m-%dT%H:%M:%SZ\", \"state\": \"$1\", \"interval_seconds\": ${INTERVAL:-60}${2:-}}" \
    >"$beat_new" && chmod 640 "$beat_new" && mv -f "$beat_new" "$CELL/state/heartbeat.json" && return
  rm -f "$beat_new"
  return 1
}

# Runs a program, beats while it runs, and returns its exit code. INT, TERM and HUP are passed on to
# the program, and end this script once that has ended. At a terminal the program runs in the
# foreground: keys such as Ctrl-C reach it, and a signal to this script alone is handled at its end.
beat_while() {
  beat_code=0 beat_told='' beat_agent='' beat_beater='' beat_vouched=''
  beat_where=$(command -v "$1") || :
  beat_look Pid || :
  beat_script=$beat_found
  # Before the traps: bash may return nothing from a command substitution in which it gets a signal.
  beat_pids=$(readlink /proc/self/ns/pid 2>/dev/null) || :
  beat_times=$(readlink /proc/self/ns/time 2>/dev/null) || :
  trap 'beat_pass INT' INT
  trap 'beat_pass TERM' TERM
  trap 'beat_pass HUP' HUP
  if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then
    beat_family
    beat_others=" $beat_children "
    beat_on &
    beat_beater=$!
    "$@" || beat_code=$?
  else
    beat_beside "$@"
  fi
  # Waits for the end of the beats: a late one would replace the last one. Signals it repeatedly,
  # because a shell that has just started may miss a signal.
  while kill "$beat_beater" 2>/dev/null; do sleep 0.05 || :; done
  wait "$beat_beater" 2>/dev/null || :
  case $beat_told-$beat_code in INT-130 | TERM-143 | HUP-129) beat_passed=', "forwarded": true' ;; *) beat_passed='' ;; esac
  beat exiting ", \"exit\": {\"code\": $beat_code, \"at\": \"%Y-%m-%dT%H:%M:%SZ\"$beat_passed}" || :
  trap - INT TERM HUP
  # A program may handle INT as a request of its user, and continue.
  [ "$beat_told" != INT ] || [ "$beat_code" -gt 128 ] || beat_told=''
  [ -z "$beat_told" ] || kill -s "$beat_told" "$beat_script" || :
  return "$beat_code"
}

# Runs a program in the background: otherwise a shell handles signals only after the program's end.
# Restores what the shell takes from background programs: stdin, INT and QUIT.
beat_beside() {
  case $beat_where in
    */*) ! env --default-signal=INT true 2>/dev/null || set -- env --default-signal=INT,QUIT "$@" ;;
  esac
  if [ -e /proc/self/fd/0 ]; then { "$@" <&9 9<&- & } 9<&0; else "$@" & fi
  beat_agent=$!
  beat_vouch "$beat_agent"
  beat_on &
  beat_beater=$!
  [ -z "$beat_told" ] || beat_pass "$beat_told"
  beat_heard=yes
  while [ -n "$beat_heard" ]; do
    beat_heard='' beat_code=0
    wait "$beat_agent" 2>/dev/null || beat_code=$?
  done
}

beat_pass() {
  beat_told=$1 beat_heard=yes
  [ -z "$beat_agent" ] || kill -s "$1" "$beat_agent" 2>/dev/null || :
}

# Beats until TERM, or until the script that started it is gone, which shows by another parent.
beat_on() {
  # By exec, so that the shell closes them: a pipe of the caller would otherwise stay open.
  exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  set +u
  # TERM only sets a variable, so that a beat in progress leaves no file behind. The sender repeats
  # it, so that one between the check and the wait is not lost.
  beat_over=''
  trap 'beat_over=yes' TERM
  while [ -z "$beat_over" ] && beat_look PPid && [ "$beat_found" = "$beat_script" ]; do
    [ -n "$beat_vouched" ] || beat_find
    beat working "$beat_vouched" || :
    [ -z "$beat_over" ] || return 0
    sleep "${INTERVAL:-60}" &
    # KILL, because a shell that is about to execute sleep would miss a TERM.
    wait "$!" || { kill -s KILL "$!" || :; return 0; }
  done
}

# Finds the agent at a terminal: a child of the script that is new, apart from this shell. The
# script starts it after this shell, so that the first beat may be too early to name it. If the agent
# is a function, nothing is named: a program that a function runs may end before the function.
beat_find() {
  case $beat_where in */*) ;; *) return 0 ;; esac
  beat_tries=0
  beat_look Pid || return 0
  while [ -z "$beat_vouched" ] && [ "$beat_tries" -lt 20 ]; do
    beat_family
    for beat_child in $beat_children; do
      case "$beat_others $beat_found " in *" $beat_child "*) ;; *) beat_vouch "$beat_child" ;; esac
    done
    beat_tries=$((beat_tries + 1))
    [ -n "$beat_vouched" ] || sleep 0.05 || return 0
  done
}

# Sets beat_children to the pids of the script's children.
beat_family() {
  beat_children=
  read -r beat_children 2>/dev/null <"/proc/$beat_script/task/$beat_script/children" || :
}

# Sets beat_vouched to the fields that identify a process: its pid, start, boot and namespaces.
# Without the namespace, the pid would mean another process elsewhere.
beat_vouch() {
  beat_boot='' beat_line=''
  read -r beat_boot 2>/dev/null </proc/sys/kernel/random/boot_id || :
  read -r beat_line 2>/dev/null <"/proc/$1/stat" || :
  # After the name, which may contain anything, the start is the 20th field.
  set -- "$1" ${beat_line##*) }
  [ -n "${21:-}" ] && [ -n "$beat_boot" ] && [ -n "$beat_pids" ] || return 0
  beat_vouched=", \"process\": {\"boot_id\": \"$beat_boot\", \"pid\": $1, \"start_ticks\": ${21}, \"pid_namespace\": \"$beat_pids\"${beat_times:+, \"time_namespace\": \"$beat_times\"}}"
}

# Sets beat_found to a field of this shell's own /proc/self/status.
beat_look() {
  while read -r beat_key beat_found beat_rest; do
    [ "$beat_key" != "$1:" ] || return 0
  done </proc/self/status
  return 1
}
