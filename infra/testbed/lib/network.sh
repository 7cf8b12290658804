# shellcheck shell=bash
# The hosts' network: a bridge in its own network namespace (the "switch") and a veth pair from it to every host; host k has
# 10.77.0.k. The machine's own network is not touched, so beds side by side may use the same addresses.

switch_is_up() {
  recorded switch && [[ ! /proc/$REPLY/ns/net -ef /proc/self/ns/net ]]
}

network_create() {
  spawn switch "$bed/.bed/switch.log" unshare --net sleep infinity
  wait_until 10 switch_is_up || die "no network namespace for the switch: $(cat "$bed/.bed/switch.log")"
  nsenter -t "$REPLY" -n ip link add bridge0 type bridge ||
    die "the kernel has no bridges ('ip link add type bridge' failed), and the hosts are connected by one"
  nsenter -t "$REPLY" -n ip link set bridge0 up
}

# The pair disappears with the host's network namespace, which the kernel takes down some time after a power-off:
# the port of an earlier boot may still be there.
network_connect() { # HOST NUMBER
  local switch pid
  recorded switch && switch=$REPLY
  recorded "$1.pid1" && pid=$REPLY
  nsenter -t "$switch" -n ip link del "port$2" 2>/dev/null || true
  nsenter -t "$switch" -n ip link add "port$2" type veth peer name net0 netns "$pid"
  nsenter -t "$switch" -n ip link set "port$2" master bridge0 up
  in_host "$1" ip address add "$network_prefix.$2/24" dev net0
  in_host "$1" ip link set net0 up
}

network_link() { # HOST up|down
  case ${2:-} in
    up | down) in_host "$1" ip link set net0 "$2" ;;
    *) die "link HOST up|down, not '${2:-}'" ;;
  esac
}

# A rate limit on what the host sends: tbf and not netem, because many kernels lack netem. It also makes a real downtime
# possible: QEMU drops its own bandwidth limit for the last pass, so migrate-setspeed has no effect on it.
network_shape() { # HOST MBIT|off
  local burst_kb
  if [[ ${2:-} == off ]]; then
    # There is always a root qdisc; 'del' fails if it is the default one.
    in_host "$1" tc qdisc del dev net0 root 2>/dev/null || true
    return 0
  fi
  require_number 'the rate in Mbit/s' "${2:-}" 1 100000
  burst_kb=$(($2 * 1000 / 8 / 100)) # 10 ms worth; less, and the timer's tick becomes the limit
  ((burst_kb >= 256)) || burst_kb=256
  in_host "$1" tc qdisc replace dev net0 root tbf rate "$2mbit" burst "${burst_kb}kb" latency 200ms
}

# relay HOST PORT: 127.0.0.1:PORT inside the host leads to 127.0.0.1:PORT outside (a broker, a database), through a Unix
# socket in the host's /run: file system sockets ignore network namespaces, so no routing is needed.
# A client that closes its sending half may still wait for the answer: hence -t instead of socat's half second.
network_relay() { # HOST PORT
  local label=$1.relay-$2 socket=$bed/$1/run/relay-$2.sock pid
  require_commands socat
  require_number PORT "$2" 1 65535
  require_socket_path "$socket"
  recorded "$1.pid1" && pid=$REPLY
  if recorded "$label" && recorded "$label.inside"; then
    return 0
  fi
  stop_recorded "$label.inside"
  stop_recorded "$label"
  spawn "$label" "$bed/$1/log/relay-$2.log" \
    socat -t 10 "UNIX-LISTEN:$socket,fork,unlink-early,backlog=128" "TCP:127.0.0.1:$2,nodelay"
  wait_until 10 relay_listens_outside "$socket" || die "relay for port $2 failed: $(cat "$bed/$1/log/relay-$2.log")"
  spawn "$label.inside" "$bed/$1/log/relay-$2.log" \
    "$bed/.bed/enter" "$pid" / \
    socat -t 10 "TCP-LISTEN:$2,bind=127.0.0.1,reuseaddr,nodelay,fork,backlog=128" "UNIX-CONNECT:/run/relay-$2.sock"
  wait_until 10 relay_listens_inside "$pid" "$2" || die "relay for port $2 failed: $(cat "$bed/$1/log/relay-$2.log")"
}

# Readiness is read from the kernel's socket tables: a trial connection would reach the broker and show up in its log.
relay_listens_outside() { # SOCKET
  grep -q " 00010000 .* $1\$" /proc/net/unix
}

relay_listens_inside() { # PID PORT
  grep -qi "$(printf ' 0100007F:%04X 00000000:0000 0A ' "$2")" "/proc/$1/net/tcp"
}
