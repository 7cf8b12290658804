#!/bin/bash
# The test bed: libvirt hosts on one machine, between which real guests migrate. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
testbed=$here/testbed.sh
for part in common process cgroup host network qemu guest bed; do
  # shellcheck source=lib/common.sh
  . "$here/lib/$part.sh"
done

usage() {
  cat <<'U'
usage: testbed.sh COMMAND...

  up [HOST...]                 start a bed with these hosts (default: hosta hostb); removes an old one in the same directory
  down                         remove the bed and everything that runs in it; no error if there is none
  status                       hosts, and guests with their last heartbeat

  guest HOST NAME [KEY=VALUE...]   start a guest and wait until it is ready
        WS=16 working set, MiB   RATE=0 MiB/s dirtied   MODE=touch|fill   HB=1000 ms between heartbeats
        MEM=WS+128 MiB   VCPUS=1   MACHINE=pc|q35   UUID=...   PERSISTENT=1 (define, then start)   CDROM=1
        DISK_MIB=N a new image, at DISK=/var/lib/libvirt/images/NAME.qcow2   DISKRATE=0 MiB/s written   CACHE=none
  heartbeat HOST GUEST         last heartbeat: seq=12 boot=4be1c9d2 t=14.012 dirty=60.0 disk=0.0 err=0 derr=0
  verify HOST GUEST            the guest checks its memory and disk; fails if anything is wrong
  tell HOST GUEST COMMAND...   rate N | ws N | mode touch|fill | disk N | hb MS | cap MS | verify | dverify | status | off
  console HOST GUEST           path of the guest's console log on that host
  continuity GUEST             checks the heartbeats on all hosts: one boot, none twice, time never goes back

  virsh HOST ARGUMENT...       virsh, connected to the host
  uri HOST                     libvirt URI of the host, for use outside it (inside: qemu:///system)
  exec HOST COMMAND...         run a command inside the host; signals and exit status pass through
  relay HOST PORT              make 127.0.0.1:PORT in the host lead to 127.0.0.1:PORT outside

  kill-daemon HOST             kill libvirtd with SIGKILL; guests continue to run
  start-daemon HOST
  power-off HOST               everything in the host dies at once
  power-on HOST                boot it again; only its disks have survived
  link HOST up|down            the host's network link
  shape HOST MBIT|off          limit what the host sends

environment:
  MESH_TESTBED            directory of the bed (default: ${XDG_RUNTIME_DIR:-/tmp}/mesh-testbed); one bed per directory
  MESH_TESTBED_OWNER      pid; the bed is removed when that process ends
  MESH_TESTBED_KEEPALIVE  seconds between libvirt's keepalives (default 5; a peer is lost after 5 unanswered ones)
  MESH_CACHE              QEMU and the built guest (default: ${XDG_CACHE_HOME:-$HOME/.cache}/migration-mesh)

examples:
  testbed.sh up
  testbed.sh guest hosta g1 WS=32 RATE=20 HB=100
  testbed.sh virsh hosta migrate --live --p2p g1 qemu+tcp://hostb/system
  testbed.sh verify hostb g1
  testbed.sh down
U
}

require_arguments() { # COUNT USAGE ARGUMENT...
  (($# - 2 >= $1)) || die "usage: testbed.sh $2"
}

main() {
  local command=${1:-help} uri
  (($# == 0)) || shift
  locate_bed
  case $command in
    up) bed_up "$@" ;;
    down) bed_down ;;
    status) bed_status ;;
    guest) require_live_host "${1:-}" && guest_start "$@" ;;
    heartbeat)
      require_arguments 2 'heartbeat HOST GUEST' "$@"
      require_host "$1"
      guest_heartbeat "$1" "$2" || die "no heartbeat of guest $2 on $1"
      printf '%s\n' "$REPLY"
      ;;
    verify)
      require_arguments 2 'verify HOST GUEST' "$@"
      require_live_host "$1"
      guest_verify "$1" "$2"
      ;;
    tell)
      require_arguments 3 'tell HOST GUEST COMMAND...' "$@"
      require_live_host "$1"
      guest_tell "$@"
      ;;
    console)
      require_arguments 2 'console HOST GUEST' "$@"
      require_host "$1"
      guest_console "$1" "$2"
      printf '%s\n' "$REPLY"
      ;;
    continuity)
      require_arguments 1 'continuity GUEST' "$@"
      require_bed
      guest_continuity "$1"
      ;;
    virsh)
      require_host "${1:-}"
      host_uri "$1"
      uri=$REPLY
      shift
      exec virsh -c "$uri" "$@"
      ;;
    uri)
      require_host "${1:-}"
      host_uri "$1"
      printf '%s\n' "$REPLY"
      ;;
    exec)
      require_arguments 2 'exec HOST COMMAND...' "$@"
      require_live_host "$1"
      shift
      exec "$bed/.bed/enter" "$host_pid" "$PWD" "$@"
      ;;
    relay)
      require_arguments 2 'relay HOST PORT' "$@"
      require_live_host "$1"
      network_relay "$1" "$2"
      ;;
    kill-daemon) require_live_host "${1:-}" && daemon_kill "$1" ;;
    start-daemon) require_live_host "${1:-}" && daemon_start "$1" ;;
    power-off) require_host "${1:-}" && host_power_off "$1" ;;
    power-on) require_host "${1:-}" && host_power_on "$1" "$host_number" ;;
    link) require_live_host "${1:-}" && network_link "$@" ;;
    shape) require_live_host "${1:-}" && network_shape "$@" ;;
    __boot) host_unshare "$@" ;;
    __watch) bed_watch ;;
    help | -h | --help) usage ;;
    *)
      usage >&2
      die "unknown command '$command'"
      ;;
  esac
}

main "$@"
exit
