# shellcheck shell=bash
# Which QEMU the hosts run. Debian 12's QEMU 7.2 loses guest memory under TCG if a migration switches over while the guest
# writes heavily: the guest's kernel panics on the destination (13 of 13 in our trials; 0 of 48 with QEMU 10). So QEMU comes
# from bookworm-backports, unpacked into the cache; nothing is installed, and the hosts mount it over the installed one.

qemu_wanted_major=10

qemu_major() { # BINARY
  local version
  version=$("$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\..*/\1/p') || return 1
  [[ -n $version ]] && REPLY=$version
}

# Sets REPLY to the directory with the unpacked QEMU, or to nothing when the installed one is new enough.
qemu_prepare() {
  local installed=''
  if qemu_major /usr/bin/qemu-system-x86_64; then
    installed=$REPLY
  fi
  if [[ -n $installed ]] && ((installed >= qemu_wanted_major)); then
    REPLY=
    return 0
  fi
  fill_cache "qemu-$qemu_wanted_major" qemu_unpack
}

qemu_unpack() ( # DIRECTORY
  local destination=$1 work mirror package
  note "unpacking QEMU $qemu_wanted_major into the cache (once, about 15 MB to fetch)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # Uses the mirror from which this machine gets its release.
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME)' |
    awk '$2 == "bookworm-backports" || $2 == "bookworm" || $3 == "bookworm" { print $1; exit }')
  [[ -n $mirror ]] ||
    die "no Debian 12 (bookworm) mirror in apt's sources, and the installed QEMU is older than $qemu_wanted_major"

  mkdir -p "$work"/{lists/partial,cache/archives/partial,parts,debs}
  {
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\n' "$mirror"
    [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]] ||
      printf 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n'
  } >"$work/parts/backports.sources"
  # Private lists and cache: the machine's apt is not affected.
  local options=(-qq -o Dir::Etc::sourceparts="$work/parts" -o Dir::Etc::sourcelist=/dev/null
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
  cd "$work/debs" || die "cannot work in $work"
  { apt-get "${options[@]}" update &&
    apt-get "${options[@]}" download \
      {qemu-system-x86,qemu-system-common,qemu-system-data,qemu-utils,seabios}/bookworm-backports; } >&2 ||
    die "cannot get QEMU $qemu_wanted_major: suite bookworm-backports of the mirror in apt's sources is out of reach" \
      "(the hosts cannot do with QEMU 7.2, it loses guest memory in migrations)"
  for package in *.deb; do
    dpkg -x "$package" "$destination"
  done
  { qemu_major "$destination/usr/bin/qemu-system-x86_64" && ((REPLY >= qemu_wanted_major)); } ||
    die "the unpacked QEMU does not run here; its missing libraries:" \
      "$(ldd "$destination/usr/bin/qemu-system-x86_64" | grep 'not found' || echo none)"
)
