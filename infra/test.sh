#!/usr/bin/env bash
# The test command: installs missing packages (as root, on Debian), builds, runs all suites, and ends with
#   N passed, N failed, N skipped
# With names of suites as arguments, such as Mesh.Migrations.Tests, it runs only those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

infra/install-packages.sh

echo "== build"
dotnet build Mesh.sln -c Release -nologo -v quiet -clp:NoSummary

export results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
status=0

run() {
  local suite
  suite=$(basename "$1" .csproj)
  echo "== $suite"
  dotnet test "$1" -c Release --no-build -nologo -v minimal --logger "trx;LogFileName=$suite.trx" --results-directory "$results"
}

# Prints the output of parallel suites one after the other.
# shellcheck disable=SC2317 # xargs calls it.
run_beside() {
  local log failed=0
  log="$results/$(basename "$1").log"
  run "$1" > "$log" 2>&1 || failed=1
  flock "$results" cat "$log"
  return "$failed"
}
export -f run run_beside

# Unit suites run two at a time. Suites with VMs share the cores with their guests and run one after the other. Beside those that mostly
# wait, the simulation, which depends on no real clock, uses the idle processor time.
mapfile -t projects < <(git ls-files 'tests/*.Tests.csproj' 2>/dev/null | grep . || find tests -name '*.Tests.csproj')
quick=() busy=() waiting=() timeless=()
for project in "${projects[@]}"; do
  suite=$(basename "$project" .csproj)
  [[ $# -eq 0 || " $* " == *" $suite "* ]] || continue
  case $project in
    tests/unit/* | tests/repository/*) quick+=("$project") ;;
    tests/simulation/*) timeless+=("$project") ;;
    */Mesh.Durability.Tests/* | */Mesh.Integration.Tests/*) waiting+=("$project") ;;
    *) busy+=("$project") ;;
  esac
done
# shellcheck disable=SC2016 # The argument is for the shell that xargs starts.
[[ ${#quick[@]} -eq 0 ]] || printf '%s\n' "${quick[@]}" | xargs -P 2 -I{} bash -c 'run_beside "$1"' - {} || status=1
for project in "${busy[@]}"; do
  run "$project" || status=1
done

# Interrupting the tests also ends the suites in the background.
trap 'trap - TERM; kill 0' INT TERM
beside=()
for project in "${timeless[@]}"; do
  # shellcheck disable=SC2016 # The argument is for the shell that is started.
  chrt --idle 0 bash -c 'run_beside "$1"' - "$project" &
  beside+=($!)
done
for project in "${waiting[@]}"; do
  run "$project" || status=1
done
for process in "${beside[@]}"; do
  wait "$process" || status=1
done

# Each result file has one line of counters.
counter() { { grep -ho "<Counters [^>]*>" "$results"/*.trx || true; } | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
total=$(counter total)
executed=$(counter executed)
passed=$(counter passed)
failed=$((executed - passed))
[[ $executed -gt 0 && $failed -eq 0 ]] || status=1
echo "$passed passed, $failed failed, $((total - executed)) skipped"
exit "$status"
