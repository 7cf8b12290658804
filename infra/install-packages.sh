#!/bin/bash
# install-packages.sh: installs the Debian packages that the tests and the test bed need, if any are missing. It neither
# starts nor enables services: the tests start brokers, databases and libvirt themselves, on private ports and directories.
set -euo pipefail

packages=(
  ca-certificates curl util-linux             # also needed to run the tests by hand
  postgresql rabbitmq-server                  # for the integration tests
  libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu
  qemu-system-x86 qemu-utils                  # the test bed unpacks a newer QEMU, but its libraries come with this one
  iproute2 socat                              # the hosts' network
  busybox-static cpio gcc libc6-dev linux-image-cloud-amd64 # the guest
)
sdk_wanted=10
policy=/usr/sbin/policy-rc.d
policy_saved=$policy.migration-mesh-saved
services='^(rabbitmq|epmd|postgresql|libvirt|virt)' # services that the packages above would enable

die() {
  printf 'install-packages: %s\n' "$*" >&2
  exit 1
}

check_dotnet() {
  local newest
  command -v dotnet >/dev/null || die ".NET SDK $sdk_wanted or newer is needed, and there is no 'dotnet' in PATH"
  newest=$(dotnet --list-sdks | sort -V | tail -n 1)
  if [[ ! $newest =~ ^([0-9]+)\. ]] || ((BASH_REMATCH[1] < sdk_wanted)); then
    die ".NET SDK $sdk_wanted or newer is needed; the newest here is: ${newest:-none}"
  fi
}

find_missing() {
  local package
  local -A installed=()
  while read -r package _; do
    installed[$package]=1
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | grep ' installed$')
  missing=()
  for package in "${packages[@]}"; do
    [[ -n ${installed[$package]:-} ]] || missing+=("$package")
  done
}

# Package scripts ask policy-rc.d before they start a service; 101 means "no". An existing policy-rc.d is restored afterwards,
# even if an earlier run of this script was killed halfway.
forbid_service_starts() {
  if [[ ! -e $policy_saved && -e $policy ]]; then
    mv "$policy" "$policy_saved"
  fi
  trap allow_service_starts EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_service_starts() {
  rm -f "$policy"
  [[ ! -e $policy_saved ]] || mv "$policy_saved" "$policy"
}

# Prints the services that start at boot.
enabled_services() {
  find /etc/systemd/system -mindepth 2 -type l -path '*.wants/*' -printf '%f\n' 2>/dev/null |
    grep -E "$services" | sort -u || true
}

# policy-rc.d only prevents the start. Packages also enable their services for the next boot: this disables those that were
# not enabled before.
disable_new_services() { # SERVICES-BEFORE
  local unit
  while read -r unit; do
    if command -v systemctl >/dev/null; then
      systemctl --quiet disable "$unit" >/dev/null 2>&1 || true
    fi
    find /etc/systemd/system -mindepth 2 -type l -path '*.wants/*' -name "$unit" -delete
  done < <(comm -13 <(printf '%s\n' "$1") <(enabled_services))
  # The same for the links of System V init, in case systemctl was not there to change them.
  if command -v update-rc.d >/dev/null; then
    for unit in $2; do
      update-rc.d "$unit" disable >/dev/null 2>&1 || true
    done
  fi
}

# Prints the services with a start link of System V init.
sysv_services() {
  find /etc/rc[2-5].d -name 'S*' -printf '%f\n' 2>/dev/null | sed 's/^S[0-9]*//' | grep -E "$services" | sort -u || true
}

install_missing() {
  local options=(-y -qq --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  # Package lists are fetched only if they are missing (a fresh machine) or outdated.
  apt-get "${options[@]}" --simulate install "${missing[@]}" >/dev/null 2>&1 || apt-get -qq update
  apt-get "${options[@]}" install "${missing[@]}" ||
    { apt-get -qq update && apt-get "${options[@]}" install "${missing[@]}"; } ||
    die "apt-get could not install: ${missing[*]}"
}

main() {
  local missing enabled_before sysv_before
  command -v dpkg-query >/dev/null || die "this is not Debian: install what corresponds to: ${packages[*]}"
  find_missing
  if ((${#missing[@]} > 0)); then
    ((EUID == 0)) || die "not root, and these packages are missing: ${missing[*]}"
    enabled_before=$(enabled_services)
    sysv_before=$(sysv_services)
    forbid_service_starts
    install_missing
    disable_new_services "$enabled_before" "$(comm -13 <(printf '%s\n' "$sysv_before") <(sysv_services) | tr '\n' ' ')"
  fi
  check_dotnet
}

main "$@"
