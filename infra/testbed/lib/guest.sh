# shellcheck shell=bash
# Guests: small VMs that run guest/guestload.c and nothing else.

guest_boot_seconds=120 # about 2 s on an idle machine; a busy one may take longer
guest_answer_seconds=30
guest_keys='MEM VCPUS WS RATE MODE DISKRATE HB DISK DISK_MIB CACHE MACHINE CDROM PERSISTENT UUID'

require_guest_name() {
  [[ ${1:-} =~ ^[A-Za-z0-9][A-Za-z0-9_-]*$ ]] || die "a guest's name is letters, digits, '_' and '-', not '${1:-}'"
  require_socket_path "$bed/$host/run/$1.sock"
}

guest_console() { # HOST GUEST
  REPLY=$bed/$1/log/$2.console
}

# Applies KEY=VALUE arguments to the defaults; all checks are here.
guest_settings() { # NAME KEY=VALUE...
  local name=$1 word key
  shift
  VCPUS=1 WS=16 RATE=0 MODE=touch DISKRATE=0 HB=1000 DISK='' DISK_MIB=0 CACHE=none MACHINE=pc CDROM=0 PERSISTENT=0 MEM='' UUID=''
  for word in "$@"; do
    key=${word%%=*}
    [[ $word == *=* && " $guest_keys " == *" $key "* ]] || die "unknown setting '$word'; accepted, as KEY=VALUE: $guest_keys"
    printf -v "$key" %s "${word#*=}"
  done
  require_number VCPUS "$VCPUS" 1 16
  require_number WS "$WS" 0 4096
  # Kernel and initrd need about 110 MiB beside the working set; with less, some boots end in an out-of-memory panic.
  : "${MEM:=$((WS + 128))}"
  require_number "MEM (for WS=$WS)" "$MEM" "$((WS + 110))" 16384
  require_number RATE "$RATE" 0 10000
  require_number DISKRATE "$DISKRATE" 0 10000
  require_number HB "$HB" 10 60000
  require_number DISK_MIB "$DISK_MIB" 0 16384
  [[ $MODE == touch || $MODE == fill ]] || die "MODE is touch or fill, not '$MODE'"
  [[ $CACHE =~ ^(none|writeback|writethrough|directsync|unsafe)$ ]] ||
    die "CACHE is none, writeback, writethrough, directsync or unsafe, not '$CACHE'"
  [[ $MACHINE =~ ^(pc|q35)[a-z0-9.-]*$ ]] || die "MACHINE is pc or q35 (or a version of these), not '$MACHINE'"
  [[ $CDROM == [01] ]] || die "CDROM is 0 or 1, not '$CDROM'"
  [[ $PERSISTENT == [01] ]] || die "PERSISTENT is 0 or 1, not '$PERSISTENT'"
  [[ -n $UUID ]] || read -r UUID </proc/sys/kernel/random/uuid
  [[ $UUID =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || die "UUID is not one: '$UUID'"
  [[ -n $DISK || $DISK_MIB == 0 ]] || DISK=/var/lib/libvirt/images/$name.qcow2
  [[ -z $DISK || $DISK =~ ^/[A-Za-z0-9/._-]+$ ]] || die "DISK must be an absolute path without special characters, not '$DISK'"
  [[ $DISKRATE == 0 || -n $DISK ]] || die "DISKRATE needs a disk: give DISK_MIB=N or DISK=PATH"
}

# Creates images only where they are deleted with the bed.
guest_make_media() { # HOST NAME
  if ((DISK_MIB > 0)); then
    [[ $DISK == /var/lib/libvirt/images/* || $DISK == /var/lib/libvirt/shared/* ]] ||
      die "DISK_MIB makes images under /var/lib/libvirt/images (private to the host) or /var/lib/libvirt/shared, not $DISK"
    in_host "$1" qemu-img create -q -f qcow2 "$DISK" "${DISK_MIB}M" || die "cannot create the image $DISK on $1"
  fi
  if [[ $CACHE == none && $DISK == /var/lib/libvirt/* ]]; then
    in_host "$1" dd if="$DISK" of=/dev/null bs=4096 count=1 iflag=direct status=none 2>/dev/null ||
      die "$DISK on $1: missing, or on a file system without O_DIRECT, which CACHE=none needs" \
        "(a tmpfs of an older kernel: set MESH_TESTBED to a directory elsewhere, or CACHE=writeback)"
  fi
  if ((CDROM)); then
    in_host "$1" truncate --size 64K "/var/lib/libvirt/images/$2.iso"
  fi
}

guest_xml() { # NAME
  local NAME=$1 xml key disk='' cdrom='' bus=ide
  xml=$(<"$here/guest/domain.xml.in")
  if [[ -n $DISK ]]; then
    disk="<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='$CACHE'/><source file='$DISK'/>"
    disk+="<target dev='vda' bus='virtio'/></disk>"
  fi
  if ((CDROM)); then
    [[ $MACHINE == q35* ]] && bus=sata # there is no IDE on q35
    cdrom="<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
    cdrom+="<source file='/var/lib/libvirt/images/$NAME.iso'/><target dev='hda' bus='$bus'/><readonly/></disk>"
    [[ $bus == ide ]] || cdrom=${cdrom/hda/sda}
  fi
  for key in NAME UUID MEM VCPUS MACHINE WS RATE MODE DISKRATE HB; do
    xml=${xml//@$key@/${!key}}
  done
  xml=${xml/@DISK_XML@/$disk}
  printf '%s\n' "${xml/@CDROM_XML@/$cdrom}"
}

on_host() { # HOST VIRSH-ARGUMENTS...: with a deadline, because virsh waits forever for a libvirtd that hangs
  local uri
  host_uri "$1"
  uri=$REPLY
  shift
  timeout 60 virsh -q -c "$uri" "$@"
}

# Prints "GUEST STATE" for every guest of the host; fails when its libvirtd does not answer.
guest_list() { # HOST
  on_host "$1" list --all 2>/dev/null | awk 'NF { name = $2; $1 = $2 = ""; sub(/^ +/, ""); gsub(/ /, "-"); print name, $0 }'
}

# A new guest starts with new console logs, on all hosts: the logs of an earlier guest of that name must not be mistaken for its own.
# A guest that arrives by migration is not started here, and so appends.
guest_rotate_consoles() { # NAME
  local other
  for other in "${hosts[@]}"; do
    guest_console "$other" "$1"
    [[ ! -e $REPLY ]] || mv "$REPLY" "$REPLY.1"
  done
}

# Both are called many times while a guest boots, so they start no process.
guest_is_ready() { # CONSOLE
  local said
  IFS= read -r -d '' said 2>/dev/null <"$1" || true
  [[ $said == *'HB '*' end'* ]]
}

guest_is_ready_or_dead() { # CONSOLE
  local said
  IFS= read -r -d '' said 2>/dev/null <"$1" || true
  [[ $said == *'HB '*' end'* || $said == *'Kernel panic'* ]]
}

guest_start() { # HOST NAME KEY=VALUE...
  local host=$1 name=${2:-} other xml console
  [[ -n $name ]] || die "guest HOST NAME [KEY=VALUE...]"
  require_guest_name "$name"
  shift 2
  guest_settings "$name" "$@"
  for other in "${hosts[@]}"; do
    ! guest_list "$other" | grep -q "^$name " || die "guest $name exists, on $other"
  done
  guest_make_media "$host" "$name"
  guest_rotate_consoles "$name"
  xml=$bed/$host/run/$name.xml
  guest_xml "$name" >"$xml"
  if ((PERSISTENT)); then
    on_host "$host" define "$xml" >/dev/null || die "guest $name cannot be defined on $host"
    if ! on_host "$host" start "$name" >/dev/null; then
      on_host "$host" undefine "$name" >/dev/null || true
      die "guest $name does not start on $host"
    fi
  else
    on_host "$host" create "$xml" >/dev/null || die "guest $name does not start on $host"
  fi
  guest_console "$host" "$name"
  console=$REPLY
  if ! wait_until "$guest_boot_seconds" guest_is_ready_or_dead "$console" || ! guest_is_ready "$console"; then
    tail -n 20 "$console" >&2 || true
    on_host "$host" destroy "$name" >/dev/null 2>&1 || true
    ((PERSISTENT == 0)) || on_host "$host" undefine "$name" >/dev/null 2>&1 || true
    die "guest $name was not ready within $guest_boot_seconds s on $host (its console is above)"
  fi
  printf 'guest=%s host=%s uuid=%s\n' "$name" "$host" "$UUID"
}

# Sets REPLY to the last heartbeat in the host's console log.
guest_heartbeat() { # HOST GUEST
  local console
  guest_console "$1" "$2"
  console=$REPLY
  REPLY=$(tail -c 16384 "$console" 2>/dev/null | tr -d '\r' | sed -n 's/^HB \(.*\) end$/\1/p' | tail -n 1)
  [[ -n $REPLY ]]
}

# Sends one command and prints the answer, without the tag. The connection stays open until then: when a client disconnects,
# QEMU drops what it has not yet passed on to the guest.
guest_tell() { # HOST GUEST COMMAND...
  local host=$1 guest=$2 socket=$bed/$1/run/$2.sock tag=$RANDOM$RANDOM deadline line status=0 done='' serial socat
  shift 2
  (($# > 0)) || die "tell HOST GUEST COMMAND...; commands: rate ws mode disk hb cap verify dverify status off"
  require_commands socat
  [[ -S $socket ]] || die "guest $guest is not on $host"
  # The empty line terminates a command that an earlier client may have left incomplete.
  exec {serial}< <(exec socat STDIO,ignoreeof "UNIX-CONNECT:$socket" 2>/dev/null <<<$'\n'"$* #$tag")
  socat=$!
  now_us
  deadline=$((REPLY + guest_answer_seconds * 1000000))
  while now_us && ((REPLY < deadline)) && IFS= read -r -t "$(((deadline - REPLY) / 1000000 + 1))" line <&"$serial"; do
    line=${line%$'\r'}
    case $line in
      "CTL tag=$tag "*' end')
        line=${line/ tag=$tag/}
        printf '%s\n' "${line% end}"
        done=1
        break
        ;;
      OFF)
        printf '%s\n' "$line"
        done=1
        break
        ;;
      ERR* | VERIFY* | DVERIFY*)
        printf '%s\n' "$line"
        [[ $line != ERR* ]] || status=1
        ;;
    esac
  done
  kill "$socat" 2>/dev/null || true
  exec {serial}<&-
  [[ -n $done ]] || die "guest $guest on $host gave no answer to '$*' (not running there, paused, or dead: see its console)"
  return "$status"
}

# The guest's memory and disk must be as the guest left them: no bad page or block now, and none found earlier by the load
# (err, derr).
guest_verify() { # HOST GUEST
  local answer more
  answer=$(guest_tell "$1" "$2" verify) || die "guest $2 on $1 cannot be verified"
  if [[ $answer != *' dsize=0 '* ]]; then
    more=$(guest_tell "$1" "$2" dverify) || die "guest $2 on $1 cannot be verified"
    answer=$(grep ^VERIFY <<<"$answer")$'\n'$more
  fi
  printf '%s\n' "$answer"
  ! grep -qE ' (bad|err|derr)=[1-9]' <<<"$answer" || die "guest $2 on $1 has lost data"
}

# Checks the console logs of all hosts: the heartbeats of a guest must continue without a reboot, each on one host only. Prints
# one line; fails if a heartbeat is there twice, time goes back, or there is more than one boot. A few may be missing: a line
# that the switchover has cut in two is counted for neither host, nor is the start of one that is joined to the end of another.
# A complete heartbeat may follow a cut one on the same line: the last one is used.
guest_continuity() { # GUEST
  local one
  for one in "${hosts[@]}"; do
    guest_console "$one" "$1"
    [[ ! -e $REPLY ]] || tr -d '\r' <"$REPLY" | sed -n "s/^.*HB \(.*\) end\$/$one \1/p"
  done | sort -s -t= -k2,2n | awk '
    { host = $1; for (i = 2; i <= NF; i++) { split($i, part, "="); value[part[1]] = part[2] }
      seq = value["seq"]; t = value["t"] + 0
      if (value["of"] != seq) next
      if (!(value["boot"] in boots)) { boots[value["boot"]]; boot_count++ }
      if (n++) { if (seq == last) twice++; else missing += seq - last - 1; if (t < last_t) back++ } else first = seq
      last = seq; last_t = t
      if (host != where) { path = path (path == "" ? "" : ",") host; where = host } }
    END { if (!n) { print "testbed: no heartbeat" > "/dev/stderr"; exit 1 }
      printf "boots=%d first=%d last=%d missing=%d twice=%d back=%d path=%s\n",
        boot_count, first, last, missing, twice, back, path
      exit boot_count > 1 || twice > 0 || back > 0 }'
}
