#!/usr/bin/env bash
# The test command: installs what is missing (as root, on Debian), builds, runs every suite one after the other, and ends with
#   N passed, N failed, N skipped
# Arguments are names of suites to run instead of all, such as Mesh.Migrations.Tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

infra/install-packages.sh

echo "== build"
dotnet build Mesh.sln -c Release -nologo -v quiet -clp:NoSummary

results=artifacts/test-results
rm -rf "$results"
status=0

# The suites share two cores with real virtual machines, so they run one at a time.
for project in $(git ls-files 'tests/*.Tests.csproj' 2>/dev/null || find tests -name '*.Tests.csproj'); do
  suite=$(basename "$project" .csproj)
  [[ $# -eq 0 || " $* " == *" $suite "* ]] || continue
  echo "== $suite"
  dotnet test "$project" -c Release --no-build -nologo -v minimal --logger "trx;LogFileName=$suite.trx" --results-directory "$results" || status=1
done

# Each result file holds one line of counters.
counter() { { grep -ho "<Counters [^>]*>" "$results"/*.trx || true; } | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
total=$(counter total)
executed=$(counter executed)
passed=$(counter passed)
failed=$((executed - passed))
[[ $executed -gt 0 && $failed -eq 0 ]] || status=1
echo "$passed passed, $failed failed, $((total - executed)) skipped"
exit "$status"
