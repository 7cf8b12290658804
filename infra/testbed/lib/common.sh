# shellcheck shell=bash
# Shared by all parts of the test bed: messages, waiting with a deadline, paths, and checks of the input.

die() {
  printf 'testbed: %s\n' "$*" >&2
  exit 1
}

note() {
  printf 'testbed: %s\n' "$*" >&2
}

# Microseconds; the decimal separator of EPOCHREALTIME depends on the locale.
now_us() {
  REPLY=${EPOCHREALTIME/[.,]/}
}

# wait_until SECONDS COMMAND...: polls COMMAND until it succeeds; fails on timeout.
wait_until() {
  local deadline
  now_us
  deadline=$((REPLY + $1 * 1000000))
  shift
  until "$@"; do
    now_us
    ((REPLY < deadline)) || return 1
    sleep 0.03
  done
}

require_root() {
  ((EUID == 0)) || die "'$1' must run as root: it makes namespaces, mounts and network links"
}

require_commands() {
  local command missing=()
  for command in "$@"; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  ((${#missing[@]} == 0)) || die "missing: ${missing[*]}; infra/install-packages.sh installs what the test bed needs"
}

require_number() { # NAME VALUE [MIN [MAX]]
  [[ $2 =~ ^(0|[1-9][0-9]{0,8})$ ]] || die "$1 must be a whole number, not '$2'"
  (($2 >= ${3:-0})) || die "$1 must be at least ${3:-0}, not $2"
  (($2 <= ${4:-$2})) || die "$1 must be at most ${4:-}, not $2"
}

# The kernel limits the path of a Unix socket to 108 bytes, including the terminating zero.
require_socket_path() {
  ((${#1} < 108)) || die "socket path too long (${#1} characters, at most 107): $1; give a shorter MESH_TESTBED"
}

# Sets $bed, the bed's directory, and $bed_id, which distinguishes the cgroups of beds that run side by side.
locate_bed() {
  local sum
  bed=$(realpath -m -- "${MESH_TESTBED:-${XDG_RUNTIME_DIR:-/tmp}/mesh-testbed}")
  # The path goes into mount options, libvirt URIs and socat addresses, each with its own special characters.
  [[ $bed =~ ^/[A-Za-z0-9/._-]+$ ]] || die "MESH_TESTBED may contain only letters, digits, '/', '.', '_' and '-': $bed"
  export MESH_TESTBED=$bed
  sum=$(sha256sum <<<"$bed")
  bed_id=${sum:0:8}
}

locate_cache() {
  if [[ -z ${MESH_CACHE:-} ]]; then
    [[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] || die "no cache directory: set MESH_CACHE, XDG_CACHE_HOME or HOME"
    MESH_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/migration-mesh
  fi
  cache=$(realpath -m -- "$MESH_CACHE")
  export MESH_CACHE=$cache
}

# fill_cache NAME COMMAND...: creates $cache/NAME by running COMMAND DIRECTORY, unless it exists. Entries of the cache are
# always complete: the work is done in a temporary directory that is renamed at the end.
# Sets REPLY to the path.
fill_cache() {
  local name=$1
  shift
  locate_cache
  if [[ ! -d $cache/$name ]]; then
    mkdir -p "$cache"
    (
      flock -w 600 9 || die "another process has held the cache $cache for ten minutes"
      [[ ! -d $cache/$name ]] || exit 0
      rm -rf "$cache"/unfinished.* # we hold the lock, so these belong to crashed runs
      trap 'rm -rf "$cache/unfinished.$name"' EXIT
      mkdir "$cache/unfinished.$name"
      # Not with '||': that would disable 'set -e' inside the command.
      "$@" "$cache/unfinished.$name"
      mv -T "$cache/unfinished.$name" "$cache/$name"
    ) 9>"$cache/.lock"
  fi
  REPLY=$cache/$name
}
