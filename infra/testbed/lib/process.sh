# shellcheck shell=bash
# Processes of the bed and the records by which they are found again. A record ($bed/.bed/pids/LABEL) contains pid, start time
# and boot, so a pid that the kernel has since reused is never killed.

read -r boot_id </proc/sys/kernel/random/boot_id

# Sets REPLY to the start time of a living process; a zombie counts as gone.
process_start() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  stat=${stat##*) } # the command name in parentheses may contain anything
  # shellcheck disable=SC2086
  set -- $stat
  [[ $1 != [ZX] ]] || return 1
  REPLY=${20}
}

process_is() { # PID START
  process_start "$1" && [[ $REPLY == "$2" ]]
}

record() { # LABEL PID
  process_start "$2"
  printf '%s %s %s\n' "$2" "$REPLY" "$boot_id" >"$bed/.bed/pids/$1"
}

# Sets REPLY to the recorded pid; fails unless that same process is alive.
recorded() { # LABEL
  local pid start boot
  read -r pid start boot 2>/dev/null <"$bed/.bed/pids/$1" || return 1
  [[ $boot == "$boot_id" ]] && process_is "$pid" "$start" || return 1
  REPLY=$pid
}

not_recorded() {
  ! recorded "$1"
}

# A caller that reads our output through a pipe waits until the last writer is gone, and the bed's lock is held as long as any
# process has it open: background processes must not inherit our descriptors.
close_inherited_descriptors() {
  local path fd
  for path in "/proc/$BASHPID/fd/"*; do
    fd=${path##*/}
    ((fd < 3 || fd == 255)) || exec {fd}>&-
  done
}

# spawn LABEL LOG COMMAND...: starts COMMAND in the background, in a new session. The child writes its record
# before it executes COMMAND: even if we are killed at any moment, 'down' finds every process.
spawn() {
  local label=$1 log=$2
  shift 2
  (
    exec </dev/null >>"$log" 2>&1
    close_inherited_descriptors
    record "$label" "$BASHPID"
    exec setsid "$@"
  ) &
  disown # or bash reports its death as a crash
}

# Kills a recorded process with its whole session (see spawn) and waits until it is gone.
stop_recorded() { # LABEL
  if recorded "$1" && ((REPLY != $$)); then
    kill -KILL -- "-$REPLY" 2>/dev/null || kill -KILL "$REPLY" 2>/dev/null || true
    wait_until 10 not_recorded "$1" || note "cannot kill process $REPLY ($1)"
  fi
  rm -f "$bed/.bed/pids/$1"
}

# Prints the labels that match a pattern.
labels() { # GLOB
  local path
  for path in "$bed/.bed/pids/"$1; do
    [[ -e $path ]] && printf '%s\n' "${path##*/}"
  done
  return 0
}
