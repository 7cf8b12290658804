# shellcheck shell=bash
# A host: pid, mount, uts, net, ipc and cgroup namespaces with their own libvirtd. Because it is a pid namespace, killing its
# first process is a clean power-off, and no process survives it.

network_prefix=10.77.0
host_boot_seconds=20
daemon_start_seconds=60

require_bed() {
  [[ -e $bed/.bed/hosts ]] || die "no test bed is up in $bed; start one with: testbed.sh up"
  [[ -e $bed/.bed/complete ]] || die "the test bed in $bed is not (yet) complete; clean up a crashed one with: testbed.sh down"
  mapfile -t hosts <"$bed/.bed/hostlist"
}

# Checks the name and sets $host_number.
require_host() {
  local i
  require_bed
  [[ -n ${1:-} ]] || die "which host? This bed has: ${hosts[*]}"
  for i in "${!hosts[@]}"; do
    if [[ ${hosts[i]} == "$1" ]]; then
      host_number=$((i + 1))
      return 0
    fi
  done
  die "unknown host '$1'; this bed has: ${hosts[*]}"
}

# The same, and the host must be powered on; sets $host_pid, its first process as seen from outside.
require_live_host() {
  require_host "${1:-}"
  recorded "$1.pid1" || die "host $1 is powered off; switch it on with: testbed.sh power-on $1"
  host_pid=$REPLY
}

host_uri() {
  REPLY="qemu+unix:///system?socket=$bed/$1/run/libvirt/libvirt-sock"
}

# in_host HOST COMMAND...: for the bed's own short commands; $host_pid is left alone.
in_host() {
  recorded "$1.pid1" || return 1
  shift
  "$bed/.bed/enter" "$REPLY" / "$@"
}

host_configure() { # HOST NUMBER
  local directory=$bed/$1 keepalive=${MESH_TESTBED_KEEPALIVE:-5} controllers='[ ]'
  [[ ! -s $bed/.bed/cgroups ]] || controllers='[ "cpu" ]'
  rm -rf "$directory/run" # emptied at every boot, as on a real host
  mkdir -p "$directory"/{run/libvirt,etc/qemu,lib/{qemu,images,shared,boot},log/qemu,cache/qemu}
  cat >"$directory/etc/libvirtd.conf" <<C
host_uuid = "$(printf '00000000-0000-4000-8000-%012d' "$2")"
listen_tls = 0
listen_tcp = 1
listen_addr = "$network_prefix.$2"
auth_tcp = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
keepalive_interval = $keepalive
keepalive_count = 5
C
  # stdio_handler: there is no virtlogd here. Ownership, seccomp and device namespaces would need what a host of the bed
  # does not have (users, cgroup device rules), and are not under test.
  cat >"$directory/etc/qemu.conf" <<C
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
cgroup_controllers = $controllers
namespaces = [ ]
seccomp_sandbox = 0
stdio_handler = "file"
migration_address = "$network_prefix.$2"
migration_host = "$1"
max_core = 0
keepalive_interval = $keepalive
keepalive_count = 5
C
}

host_boot() { # HOST NUMBER
  local qemu_root guest
  qemu_root=$(readlink "$bed/.bed/qemu" || true)
  guest=$(readlink "$bed/.bed/guest")
  host_configure "$1" "$2"
  # Messages of an earlier boot (unshare complains about the SIGKILL that was its power-off) must not be mistaken for messages
  # of this one: see host_is_up_or_gone.
  [[ ! -e $bed/$1/log/host.log ]] || mv "$bed/$1/log/host.log" "$bed/$1/log/host.log.1"
  spawn "$1.host" "$bed/$1/log/host.log" "$testbed" __boot "$1" "$qemu_root" "$guest"
  wait_until "$host_boot_seconds" host_is_up_or_gone "$1" || true
  host_is_up "$1" || {
    cat "$bed/$1/log/host.log" >&2
    host_power_off "$1" # it may still be booting
    die "host $1 did not boot"
  }
}

# The other half of host_boot, in the background process: the groups must be entered before the cgroup namespace is created,
# because they become its root.
host_unshare() { # HOST QEMU_ROOT GUEST
  cgroup_join "$1"
  exec unshare --mount --uts --net --ipc --pid --cgroup --fork --kill-child=SIGKILL "$here/host/pid1.sh" "$@"
}

# The record may not exist yet at first, but then the log is still empty too.
host_is_up_or_gone() { # HOST
  host_is_up "$1" || { [[ -s $bed/$1/log/host.log ]] && not_recorded "$1.host"; }
}

host_is_up() { # HOST
  [[ -e $bed/$1/run/ready ]] && recorded "$1.pid1"
}

daemon_answers_or_is_gone() { # HOST
  daemon_answers "$1" || daemon_is_gone "$1"
}

daemon_answers() { # HOST
  local uri
  host_uri "$1"
  uri=$REPLY
  timeout 5 virsh -q -c "$uri" uri >/dev/null 2>&1
}

# Started only after the network: listen_addr must exist.
daemon_start() { # HOST
  local log=$bed/$1/log/libvirtd.out host_pid
  recorded "$1.pid1" || die "host $1 is powered off; switch it on with: testbed.sh power-on $1"
  host_pid=$REPLY
  daemon_is_gone "$1" || die "libvirtd of $1 is running"
  (
    close_inherited_descriptors
    cgroup_join "$1"
    exec "$bed/.bed/enter" "$host_pid" / /usr/sbin/libvirtd --listen --daemon --pid-file /run/libvirtd.pid
  ) </dev/null >>"$log" 2>&1 || true
  wait_until "$daemon_start_seconds" daemon_answers_or_is_gone "$1" || true
  daemon_answers "$1" || {
    tail -n 20 "$log" "$bed/$1/log/libvirtd.log" >&2 || true
    die "libvirtd of $1 did not come up"
  }
}

# The pid file has the pid inside the host; whether it is still libvirtd's is checked there.
daemon_is_gone() { # HOST
  # shellcheck disable=SC2016
  ! in_host "$1" sh -c 'p=$(cat /run/libvirtd.pid 2>/dev/null) && grep -qs libvirtd "/proc/$p/cmdline"'
}

daemon_kill() { # HOST
  daemon_is_gone "$1" && die "libvirtd of $1 is not running"
  # shellcheck disable=SC2016
  in_host "$1" sh -c 'kill -9 "$(cat /run/libvirtd.pid)"'
  wait_until 10 daemon_is_gone "$1" || die "cannot kill libvirtd of $1"
}

# Everything in the host dies with its first process; that one is gone only when all the others are.
host_power_off() { # HOST
  local label
  while read -r label; do
    stop_recorded "$label" # the outer processes of its relays
  done < <(labels "$1.relay-*")
  if recorded "$1.pid1"; then
    kill -KILL "$REPLY" 2>/dev/null || true
    wait_until 20 not_recorded "$1.pid1" || note "cannot power off host $1"
  fi
  stop_recorded "$1.host"
  rm -f "$bed/.bed/pids/$1.pid1"
}

host_power_on() { # HOST NUMBER
  ! recorded "$1.pid1" || die "host $1 is on already"
  host_boot "$1" "$2"
  network_connect "$1" "$2"
  daemon_start "$1"
}
