#!/usr/bin/env bash
# A private RabbitMQ: private port, private directory, nothing left behind.
#
#   broker.sh DIRECTORY PORT    runs it in the foreground until SIGKILL (unshare ignores other signals); it listens on 127.0.0.1:PORT as guest/guest
#
# It runs in a pid namespace, so that epmd, which Erlang would leave behind as a daemon, dies with it. The namespace's first process
# stays root: changing its user would clear its parent-death signal. The queues are in the directory: the same command after a
# kill is the same broker after a crash.
set -euo pipefail

[[ $# -eq 2 && $2 =~ ^[0-9]+$ ]] || { echo "usage: broker.sh DIRECTORY PORT" >&2; exit 2; }
[[ $EUID -eq 0 ]] || { echo "broker.sh: must run as root, to run RabbitMQ as its own user" >&2; exit 2; }
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x $server ]] || { echo "broker.sh: RabbitMQ is not installed (infra/install-packages.sh installs it)" >&2; exit 2; }

directory=$(realpath -m "$1")
port=$2
mkdir -p "$directory"/{mnesia,log,home}

# If the broker is killed while it writes a message into a queue's index, RabbitMQ 3.10 cannot start again. In the message store, a torn message
# is skipped.
cat >"$directory/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
log.file.level = warning
disk_free_limit.absolute = 50MB
queue_index_embed_msgs_below = 0
CONF
echo '[].' >"$directory/enabled_plugins"
chown -R rabbitmq:rabbitmq "$directory"
cd "$directory"
setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups test -w "$directory/home" ||
  { echo "broker.sh: the user rabbitmq cannot reach $directory: a directory above it is closed to others" >&2; exit 1; }

exec env -i PATH="$PATH" LANG=C.UTF-8 HOME="$directory/home" ERL_CRASH_DUMP="$directory/log/erl_crash.dump" \
  RABBITMQ_MNESIA_BASE="$directory/mnesia" RABBITMQ_LOG_BASE="$directory/log" \
  RABBITMQ_NODENAME="mesh$port@localhost" RABBITMQ_NODE_PORT="$port" RABBITMQ_DIST_PORT=$((port + 20000)) \
  ERL_EPMD_PORT=$((port + 10000)) ERL_EPMD_ADDRESS=127.0.0.1 \
  RABBITMQ_CONFIG_FILE="$directory/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$directory/enabled_plugins" \
  unshare --pid --fork --kill-child=SIGKILL --mount-proc bash -c '"$@" & wait $!' first \
  setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups "$server"
