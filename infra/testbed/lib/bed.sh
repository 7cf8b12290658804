# shellcheck shell=bash
# The bed as a whole. Its directory contains one directory per host, and .bed with what belongs to no host:
#   hostlist  hosts (/etc/hosts)  owner  complete (up has ended)  cgroups (hierarchies in use)  pids/  shared/
#   passwd, group (the hosts' /etc/passwd and /etc/group)  qemu, guest, enter (links into the cache)
# A directory with .bed in it is a bed and may be deleted.

# up, down and the watchdog exclude each other. The lock is on the directory itself, so it leaves nothing behind; a process that
# waited while the directory was removed has to check again.
lock_bed() {
  while :; do
    if [[ ! -d $bed ]]; then
      mkdir -p "${bed%/*}"
      mkdir -m 700 "$bed" 2>/dev/null || [[ -d $bed ]]
    fi
    exec {lock}<"$bed"
    flock -w 300 "$lock" || die "another 'up' or 'down' has been working on $bed for five minutes"
    [[ ! $bed -ef /proc/self/fd/$lock ]] || return 0
    exec {lock}<&-
  done
}

# Never deletes a directory that was only passed by mistake.
require_ours() {
  [[ -O $bed ]] || die "$bed belongs to another user; set MESH_TESTBED to another directory"
  [[ -d $bed/.bed || -z $(ls -A "$bed") ]] || die "$bed is neither empty nor a test bed; set MESH_TESTBED to another directory"
}

# Removes everything of a complete or partially created bed.
teardown() {
  local label names=()
  mapfile -t names < <(sed '/^$/d' "$bed/.bed/hostlist" 2>/dev/null)
  stop_recorded watchdog
  for label in "${names[@]}"; do
    host_power_off "$label"
  done
  stop_recorded switch
  cgroup_remove "${names[@]}"
  wait_until 10 remove_contents || die "cannot empty $bed"
}

remove_contents() {
  # .bed goes last, so that an interrupted removal can be repeated.
  find "$bed" -xdev -mindepth 1 -not -path "$bed/.bed*" -delete 2>/dev/null && find "$bed" -xdev -mindepth 1 -delete
}

owner_lives() {
  local pid start boot
  read -r pid start boot 2>/dev/null <"$bed/.bed/owner" && [[ $boot == "$boot_id" ]] && process_is "$pid" "$start"
}

check_host_names() {
  local name seen=' '
  (($# <= 100)) || die "at most 100 hosts"
  for name in "$@"; do
    [[ $name =~ ^[a-z][a-z0-9-]{0,31}$ && $name != localhost ]] ||
      die "a host's name is lower-case letters, digits and '-', beginning with a letter, not '$name'"
    [[ $seen != *" $name "* ]] || die "host $name is named twice"
    require_socket_path "$bed/$name/run/libvirt/libvirt-sock"
    seen+="$name "
  done
}

# Builds what the hosts need and links it into the bed; later runs find everything in the cache.
prepare_cache() {
  local kernel sum
  qemu_prepare
  qemu_root=$REPLY
  kernel=$(find /boot -maxdepth 1 -name 'vmlinuz-*-cloud-amd64' | sort -V | tail -n 1)
  [[ -n $kernel ]] || die "no Debian cloud kernel in /boot; infra/install-packages.sh installs one (linux-image-cloud-amd64)"
  sum=$(cat "$here/guest/"{build.sh,init,guestload.c} "$kernel" /bin/busybox | sha256sum)
  fill_cache "guest-${sum:0:16}" "$here/guest/build.sh" "$kernel"
  guest_files=$REPLY
  sum=$(sha256sum <"$here/host/enter.c")
  fill_cache "tools-${sum:0:16}" build_tools
  tools=$REPLY
}

build_tools() { # DIRECTORY
  gcc -O2 -Wall -Wextra -o "$1/enter" "$here/host/enter.c"
}

bed_up() { # HOST...
  local name i pid owner_start
  (($# > 0)) || set -- hosta hostb
  require_root up
  require_commands unshare nsenter setsid flock ip tc libvirtd virsh qemu-img qemu-system-x86_64 socat gcc busybox cpio gzip \
    hostname timeout
  require_number MESH_TESTBED_KEEPALIVE "${MESH_TESTBED_KEEPALIVE:-5}" 1 60
  check_host_names "$@"
  if [[ -n ${MESH_TESTBED_OWNER:-} ]]; then
    require_number MESH_TESTBED_OWNER "$MESH_TESTBED_OWNER" 1
    process_start "$MESH_TESTBED_OWNER" || die "MESH_TESTBED_OWNER=$MESH_TESTBED_OWNER is not a living process"
    owner_start=$REPLY
  fi
  prepare_cache
  # Mount points that libvirt's own packages may not have created. They stay, empty: removing one would unmount what another
  # bed has mounted there.
  mkdir -p /etc/libvirt /var/{lib,log,cache}/libvirt

  lock_bed
  require_ours
  if owner_lives; then
    read -r pid _ <"$bed/.bed/owner"
    [[ $pid == "${MESH_TESTBED_OWNER:-}" ]] || die "the test bed in $bed belongs to process $pid, which is alive; give another" \
      "MESH_TESTBED, or end that bed with: testbed.sh down"
  fi
  if [[ -d $bed/.bed ]]; then
    note "removing the test bed that is left in $bed"
    teardown
  fi

  mkdir "$bed/.bed"
  trap 'note "the test bed did not come up; removing what there is of it"; teardown; rmdir "$bed"' EXIT
  mkdir "$bed/.bed/"{pids,shared}
  printf '%s\n' "$@" >"$bed/.bed/hostlist"
  if [[ -n ${MESH_TESTBED_OWNER:-} ]]; then
    printf '%s %s %s\n' "$MESH_TESTBED_OWNER" "$owner_start" "$boot_id" >"$bed/.bed/owner"
    spawn watchdog "$bed/.bed/watchdog.log" "$testbed" __watch
  fi
  [[ -z $qemu_root ]] || ln -s "$qemu_root" "$bed/.bed/qemu"
  ln -s "$guest_files" "$bed/.bed/guest"
  ln -s "$tools/enter" "$bed/.bed/enter"
  {
    echo '127.0.0.1 localhost'
    i=0
    for name in "$@"; do
      echo "$network_prefix.$((++i)) $name"
    done
  } >"$bed/.bed/hosts"
  add_user passwd 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'
  add_user group 'libvirt-qemu:x:64055:'

  cgroup_prepare "$@"
  network_create
  i=0
  for name in "$@"; do
    host_boot "$name" "$((++i))"
    network_connect "$name" "$i"
  done
  start_daemons "$@"
  : >"$bed/.bed/complete"
  trap - EXIT
}

# libvirt's QEMU driver does not start unless its default user exists, even if qemu.conf names another one. The package
# that creates that user would also start services, so the hosts get their own user and group files.
add_user() { # passwd|group ENTRY
  {
    grep -v "^${2%%:*}:" "/etc/$1"
    printf '%s\n' "$2"
  } >"$bed/.bed/$1"
}

start_daemons() { # HOST...: in parallel, because it is mostly waiting
  local name pid pids=()
  for name in "$@"; do
    daemon_start "$name" &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || die "not every libvirtd has started"
  done
}

bed_down() {
  [[ -d $bed ]] || return 0
  require_root down
  lock_bed
  require_ours
  teardown
  rmdir "$bed"
}

# Runs in the background from 'up' on if the bed has an owner. Ends with the bed, or removes the bed when the owner ends.
bed_watch() {
  cd /
  while owner_lives; do
    sleep 0.5
  done
  if [[ -e $bed/.bed/owner ]]; then
    bed_down
  fi
}

bed_status() {
  local host guest state uri guests daemon
  require_bed
  printf 'bed=%s owner=%s quota=%s qemu=%s\n' "$bed" "$(cut -d' ' -f1 "$bed/.bed/owner" 2>/dev/null || echo none)" \
    "$([[ -s $bed/.bed/cgroups ]] && echo yes || echo no)" "$(readlink "$bed/.bed/qemu" || echo installed)"
  for host in "${hosts[@]}"; do
    host_uri "$host"
    uri=$REPLY
    if ! recorded "$host.pid1"; then
      printf 'host=%s power=off daemon=off uri=%s\n' "$host" "$uri"
      continue
    fi
    daemon=up
    guests=$(guest_list "$host") || daemon=down
    printf 'host=%s power=on daemon=%s uri=%s\n' "$host" "$daemon" "$uri"
    while read -r guest state; do
      guest_heartbeat "$host" "$guest" || REPLY='no heartbeat here'
      printf '  guest=%s state=%s %s\n' "$guest" "$state" "$REPLY"
    done < <(printf '%s' "${guests:+$guests$'\n'}")
  done
}
