# Beats for an agent that is started by a shell script, without our program: for the POSIX shells
# of Linux. Source it, with CELL set to the mission's cell, and call it: `beat working`, `beat
# idle`, `beat exiting`. INTERVAL is in seconds, 60 if left out.
#
#   CELL=/var/missions/$MISSION_ID
#   . ./beat.sh
#   beat_while ./agent --its-flags
#
# The beats of beat_while name the agent's process, so that its death is seen at once, and the last
# one names its exit code. A single `beat` vouches for no process.
# `heartbeat run` does it better: it does not beat for an agent that is stopped, for one.

# Replaces the heartbeat, so that a reader meets the old one or the new one. Nothing in it is a
# command substitution: one in which bash takes a signal may give nothing.
beat() {
  beat_look Pid || return
  beat_new=$CELL/state/.beat.$beat_found
  date -u "+{\"timestamp\": \"%Y-%m-%dT%H:%M:%SZ\", \"state\": \"$1\", \"interval_seconds\": ${INTERVAL:-60}${2:-}}" \
    >"$beat_new" && chmod 640 "$beat_new" && mv -f "$beat_new" "$CELL/state/heartbeat.json" && return
  rm -f "$beat_new"
  return 1
}

# Runs a program, beats while it lives, and gives its exit code. INT, TERM and HUP are passed on
# to it, and end this script after its end. At a terminal the program runs in the foreground:
# keys such as Ctrl-C reach it, and a signal to this script alone waits for its end.
beat_while() {
  beat_code=0 beat_told='' beat_agent='' beat_beater='' beat_vouched=''
  beat_where=$(command -v "$1") || :
  beat_look Pid || :
  beat_script=$beat_found
  # Before the traps, for a command substitution in which bash takes a signal may give nothing.
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
  # Waited for, as a late beat would hide the last one.
  # Told until it is gone, as a shell that has only just begun may miss a word.
  while kill "$beat_beater" 2>/dev/null; do sleep 0.05 || :; done
  wait "$beat_beater" 2>/dev/null || :
  case $beat_told-$beat_code in INT-130 | TERM-143 | HUP-129) beat_passed=', "forwarded": true' ;; *) beat_passed='' ;; esac
  beat exiting ", \"exit\": {\"code\": $beat_code, \"at\": \"%Y-%m-%dT%H:%M:%SZ\"$beat_passed}" || :
  trap - INT TERM HUP
  # A program may take an INT for what a person wants of it, and go on.
  [ "$beat_told" != INT ] || [ "$beat_code" -gt 128 ] || beat_told=''
  [ -z "$beat_told" ] || kill -s "$beat_told" "$beat_script" || :
  return "$beat_code"
}

# Runs a program in the background, for only then a shell takes a signal before its end. There
# it would have no stdin, and ignore INT and QUIT.
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

# Beats until it is told to end, or the script that started it is gone: with another parent, it is.
beat_on() {
  # By exec, for else a shell keeps what it had: a pipe of our caller's would have no end.
  exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  set +u
  # Only noted, so that a beat that was begun leaves no file behind. Who tells it tells it again,
  # so that a word between a look and a wait is not lost.
  beat_over=''
  trap 'beat_over=yes' TERM
  while [ -z "$beat_over" ] && beat_look PPid && [ "$beat_found" = "$beat_script" ]; do
    [ -n "$beat_vouched" ] || beat_find
    beat working "$beat_vouched" || :
    [ -z "$beat_over" ] || return 0
    sleep "${INTERVAL:-60}" &
    # KILL, for a shell that is about to become a sleep would miss a TERM.
    wait "$!" || { kill -s KILL "$!" || :; return 0; }
  done
}

# At a terminal the agent is the script's child that came after the others and is not this shell.
# The script starts it after this shell: a first beat may come too early to name it. A function is
# no child: what it runs may end before it does.
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

# Sets beat_vouched to the fields that identify a process: its pid, and when and where it started.
# Without the namespace of its pid it would mean nothing elsewhere.
beat_vouch() {
  beat_boot='' beat_line=''
  read -r beat_boot 2>/dev/null </proc/sys/kernel/random/boot_id || :
  read -r beat_line 2>/dev/null <"/proc/$1/stat" || :
  # After the name, which may contain anything, the start is the 20th field.
  set -- "$1" ${beat_line##*) }
  [ -n "${21:-}" ] && [ -n "$beat_boot" ] && [ -n "$beat_pids" ] || return 0
  beat_vouched=", \"process\": {\"boot_id\": \"$beat_boot\", \"pid\": $1, \"start_ticks\": ${21}, \"pid_namespace\": \"$beat_pids\"${beat_times:+, \"time_namespace\": \"$beat_times\"}}"
}

# Sets beat_found to what the kernel tells of this very shell.
beat_look() {
  while read -r beat_key beat_found beat_rest; do
    [ "$beat_key" != "$1:" ] || return 0
  done </proc/self/status
  return 1
}
