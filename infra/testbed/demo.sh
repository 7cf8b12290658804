#!/usr/bin/env bash
# Real migrations on one machine: two libvirt hosts, RabbitMQ, the mesh and an agent on each host as separate processes, and a guest
# that writes to its memory while it migrates back and forth. Everything is cleaned up at the end, even after a failure.
#
#   demo.sh [MOVES]    number of migrations (default 4)
set -euo pipefail

moves=${1:-4}
[[ $moves =~ ^[1-9][0-9]*$ ]] || { echo "usage: demo.sh [MOVES]" >&2; exit 2; }
[[ $EUID -eq 0 ]] || { echo "demo.sh: must run as root, for namespaces and for libvirt (without root: dotnet run --project services/mesh -- demo)" >&2; exit 2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
mesh=$root/artifacts/bin/mesh/release/mesh
work=$(mktemp -d /tmp/mesh-demo-XXXX)
chmod 711 "$work" # RabbitMQ runs as its own user
port=$((11000 + RANDOM % 8000))
broker=amqp://guest:guest@127.0.0.1:$port
export MESH_TESTBED=$work/bed MESH_TESTBED_OWNER=$$ MESH_SERVER=http://127.0.0.1:$((port + 1))
pids=()

clean_up() {
  local status=$?
  trap - EXIT
  [[ $status -eq 0 ]] || { echo "demo.sh: failed; what the services said last:" >&2; tail -n 5 "$work"/*.log >&2 || true; }
  for pid in "${pids[@]}"; do
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true # without a message of the shell
  done
  "$here/testbed.sh" down || true
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

until_ok() { # WHAT COMMAND...: polls with a deadline
  local what=$1 deadline=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "demo.sh: $what is not ready after 60 s" >&2; exit 1; }
    sleep 0.2
  done
}
background() { # LOG COMMAND...
  local log=$work/$1.log
  shift
  "$@" >"$log" 2>&1 </dev/null &
  pids+=($!)
}
both_hosts_known() { [[ $("$mesh" hosts --output json | grep -o '"migrationTarget"' | wc -l) -eq 2 ]]; }
guest_known() { "$mesh" vms --output json | grep -q '"demo"'; }

"$root/infra/install-packages.sh"
[[ -x $mesh ]] || { echo "building the mesh ..."; dotnet build "$root/services/mesh" -c Release -nologo -v quiet -clp:NoSummary; }

echo "starting RabbitMQ, two libvirt hosts, the mesh and two agents ..."
background broker "$here/broker.sh" "$work/broker" "$port"
"$here/testbed.sh" up hosta hostb >/dev/null
until_ok RabbitMQ bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
background mesh "$mesh" up --broker "$broker" --store "sqlite:$work/mesh.db" --listen "$MESH_SERVER"
for host in hosta hostb; do
  "$here/testbed.sh" relay "$host" "$port" >/dev/null
  background "agent-$host" "$here/testbed.sh" exec "$host" "$mesh" agent --name "$host" --libvirt qemu:///system --broker "$broker" --state "$work/$host" \
    --shared-path /var/lib/libvirt/shared
done
until_ok "the mesh" both_hosts_known

echo "booting a guest that dirties 40 MiB/s ..."
"$here/testbed.sh" guest hosta demo WS=64 RATE=40 HB=200 >/dev/null
until_ok "the guest" guest_known
"$mesh" hosts
"$mesh" vms

destination=hostb
for ((move = 1; move <= moves; move++)); do
  echo
  echo "migration $move of $moves: to $destination"
  "$mesh" migrate demo --to "$destination" --bandwidth 64 --watch
  "$here/testbed.sh" verify "$destination" demo
  [[ $destination == hostb ]] && destination=hosta || destination=hostb
done

echo
"$mesh" list --all
echo
echo "what the guest observed (one boot, no heartbeat on two hosts, time never goes back):"
"$here/testbed.sh" continuity demo
