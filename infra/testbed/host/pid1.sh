#!/bin/bash
# pid1.sh HOST QEMU_ROOT GUEST_DIR: the first process of a host, inside its new namespaces; its death is the host's
# power-off. Sets up the host's own view of the file system, then reaps the QEMU processes, which daemonise and so become its
# children. If QEMU_ROOT is empty, the installed QEMU is used.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=../lib/process.sh
. "$here/../lib/process.sh"

main() {
  local host=$1 qemu_root=$2 guest=$3 pid path hierarchy
  bed=$MESH_TESTBED
  # /proc is still that of the outside, so this is the pid that the bed records.
  read -r pid _ </proc/self/stat
  record "$host.pid1" "$pid"

  hostname "$host"
  mount -t proc proc /proc
  # A private sysfs, so that /sys/class/net shows this host's network; it hides /sys/fs/cgroup too.
  mount -t sysfs sysfs /sys || true
  if [[ -s $bed/.bed/cgroups ]]; then
    mount -t tmpfs cgroup /sys/fs/cgroup
    while read -r hierarchy; do
      mkdir "/sys/fs/cgroup/$hierarchy"
      mount -t cgroup -o "$hierarchy" cgroup "/sys/fs/cgroup/$hierarchy"
    done <"$bed/.bed/cgroups"
  fi

  mount --bind "$bed/$host/etc" /etc/libvirt
  mount --bind "$bed/$host/lib" /var/lib/libvirt
  mount --bind "$bed/.bed/shared" /var/lib/libvirt/shared
  mount --bind "$guest" /var/lib/libvirt/boot
  mount --bind "$bed/$host/log" /var/log/libvirt
  mount --bind "$bed/$host/cache" /var/cache/libvirt
  for path in hosts passwd group; do
    mount --bind "$bed/.bed/$path" "/etc/$path"
  done
  if [[ -n $qemu_root ]]; then
    # Binary, modules and firmware must be of the same version.
    for path in /usr/bin/qemu-system-x86_64 /usr/bin/qemu-img /usr/bin/qemu-nbd \
      /usr/lib/x86_64-linux-gnu/qemu /usr/share/qemu /usr/share/seabios; do
      mount --bind "$qemu_root$path" "$path"
    done
  fi
  # Last, because the bed itself may be under /run and is hidden from here on.
  mount --bind "$bed/$host/run" /run

  ip link set lo up
  trap : TERM INT HUP
  : >/run/ready
  while :; do
    sleep infinity &
    wait "$!" || true # bash reaps whatever ends meanwhile
  done
}

main "$@"
