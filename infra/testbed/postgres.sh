#!/usr/bin/env bash
# A private PostgreSQL: private port, private directory, nothing left behind.
#
#   postgres.sh DIRECTORY PORT    runs it in the foreground until SIGKILL (unshare ignores other signals); it listens on 127.0.0.1:PORT, user and database postgres
#
# The data is in the directory: the same command after a kill is the same server after a crash.
set -euo pipefail

[[ $# -eq 2 && $2 =~ ^[0-9]+$ ]] || { echo "usage: postgres.sh DIRECTORY PORT" >&2; exit 2; }
[[ $EUID -eq 0 ]] || { echo "postgres.sh: must run as root, to run PostgreSQL as its own user" >&2; exit 2; }
shopt -s nullglob
versions=(/usr/lib/postgresql/*/bin)
[[ ${#versions[@]} -gt 0 ]] || { echo "postgres.sh: PostgreSQL is not installed (infra/install-packages.sh installs it)" >&2; exit 2; }
bin=${versions[-1]}

directory=$(realpath -m "$1")
mkdir -p "$directory"
chown postgres:postgres "$directory"
as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
[[ -f $directory/data/PG_VERSION ]] ||
  "${as_postgres[@]}" "$bin/initdb" --pgdata "$directory/data" --auth trust --encoding UTF8 --username postgres >/dev/null
rm -f "$directory/data/postmaster.pid"

# In a pid namespace, so that killing this kills the workers too. Its first process stays root: changing its user would
# clear its parent-death signal.
exec unshare --pid --fork --kill-child=SIGKILL --mount-proc bash -c '"$@" & wait $!' first "${as_postgres[@]}" "$bin/postgres" \
  -D "$directory/data" -c listen_addresses=127.0.0.1 -c port="$2" -c unix_socket_directories="$directory"
