# shellcheck shell=bash
# Every host gets its own cgroup root (cgroup v1), so that libvirt can set vcpu_quota. Without one, the libvirtds of
# all hosts would use the same group names. The controllers are mounted again inside the host's cgroup namespace.

cgroup_wanted='cpu cpuacct cpuset' # libvirt manages only 'cpu' here, but opens all three for a vCPU's group

# Prints the v1 hierarchies with a wanted controller, as mounted: "cpu", or "cpu,cpuacct" where they share one.
cgroup_hierarchies() {
  local controllers controller
  while IFS=: read -r _ controllers _; do
    for controller in $cgroup_wanted; do
      if [[ ,$controllers, == *,$controller,* && -w /sys/fs/cgroup/$controllers/cgroup.procs ]]; then
        printf '%s\n' "$controllers"
        break
      fi
    done
  done </proc/self/cgroup
}

cgroup_group() { # HIERARCHY HOST
  REPLY=/sys/fs/cgroup/$1/mesh-testbed-$bed_id-$2
}

# Creates the host's groups and writes the usable hierarchies to .bed/cgroups; an empty file means that vcpu_quota is unavailable.
cgroup_prepare() { # HOST...
  local hierarchies=() hierarchy host file
  mapfile -t hierarchies < <(cgroup_hierarchies)
  : >"$bed/.bed/cgroups"
  if [[ " ${hierarchies[*]//,/ } " != *' cpu '* ]]; then
    note "no cgroup v1 'cpu' controller to be had here: the hosts come up, but vcpu_quota cannot be set"
    return 0
  fi
  for host in "$@"; do
    for hierarchy in "${hierarchies[@]}"; do
      cgroup_group "$hierarchy" "$host"
      if ! mkdir -p "$REPLY" 2>/dev/null; then
        note "cannot make cgroup group $REPLY: vcpu_quota cannot be set"
        cgroup_remove "$@"
        return 0
      fi
      if [[ ,$hierarchy, == *,cpuset,* ]]; then # a cpuset without cpus and mems accepts no process
        for file in cpuset.cpus cpuset.mems; do
          cat "/sys/fs/cgroup/$hierarchy/$file" >"$REPLY/$file"
        done
      fi
    done
  done
  printf '%s\n' "${hierarchies[@]}" >"$bed/.bed/cgroups"
}

# Moves the calling shell into the host's groups.
cgroup_join() { # HOST
  local hierarchy
  while read -r hierarchy; do
    cgroup_group "$hierarchy" "$1"
    echo "$BASHPID" >"$REPLY/cgroup.procs"
  done <"$bed/.bed/cgroups"
}

# Called when the host's processes are gone; the kernel may take a moment to notice that the groups are empty.
cgroup_remove() { # HOST...
  local host group
  for host in "$@"; do
    for group in /sys/fs/cgroup/*/"mesh-testbed-$bed_id-$host"; do
      [[ -d $group && ! -L ${group%/*} ]] || continue
      wait_until 5 cgroup_rmdir "$group" || note "cgroup group $group could not be removed"
    done
  done
}

cgroup_rmdir() {
  find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || [[ ! -d $1 ]]
}
