#!/usr/bin/env bash
# Builds the solution and runs every test of it. It needs the .NET SDK; some tests also need npm, or Redis and PostgreSQL, and are skipped without them.
#   ./test.sh             the whole suite; soaks and fuzzers in their short form
#   ./test.sh --soak      the same with the full counts (hours)
#   ./test.sh -- ARGS     passes ARGS on to the test runner, e.g. -- --filter-class "*CidTests"
# IPFSKIT_FIXTURES names the folder of public test data (default: ../shared/fixtures); tests that need it are skipped without it.
# With CI=true a skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")"

configuration=Release
args=()
while [ $# -gt 0 ]; do
  case $1 in
    --soak) export IPFSKIT_SOAK=1 ;;
    --) shift; args=("$@"); break ;;
    *) echo "test.sh: unknown argument '$1' (see the head of this file)" >&2; exit 2 ;;
  esac
  shift
done

command -v dotnet >/dev/null || { echo "test.sh: the .NET SDK is needed: https://dotnet.microsoft.com/download (version in global.json)" >&2; exit 2; }
if [ -z "${IPFSKIT_FIXTURES:-}" ] && [ -d ../shared/fixtures ]; then
  IPFSKIT_FIXTURES=$(cd ../shared/fixtures && pwd)
  export IPFSKIT_FIXTURES
fi

# Peers that others wrote, for the interop tests, and Azurite. npm brings a node of its own where there is one for the machine; else the one on the PATH is used.
peers=tests/peers
lock=$(cksum < "$peers/package-lock.json")
if [ "$(cat "$peers/node_modules/.ipfskit-lock" 2>/dev/null)" != "$lock" ]; then
  if command -v npm >/dev/null; then
    npm ci --prefix "$peers" --no-progress --loglevel error && echo "$lock" > "$peers/node_modules/.ipfskit-lock" \
      || echo "test.sh: 'npm ci' failed in $peers: the interop tests and those of Azure Storage will be skipped" >&2
  else
    echo "test.sh: there is no npm: the interop tests and those of Azure Storage will be skipped (https://nodejs.org)" >&2
  fi
fi

# Servers that clusters keep their members and state in.
tests/services/install.sh || echo "test.sh: tests with Redis and PostgreSQL will be skipped where there is none" >&2

dotnet build IpfsKitOrleans.sln -c "$configuration" --nologo -v quiet

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# One test program at a time: several of them start silos and fill both cores.
dotnet test --solution IpfsKitOrleans.sln -c "$configuration" --no-build --max-parallel-test-modules 1 \
  --no-progress --no-ansi ${args[@]+"${args[@]}"} 2>&1 | tee "$log" || status=$?

count() { awk -v name="$1:" '$1 == name { total = $2 } END { print total + 0 }' "$log"; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
if [ "$passed" -eq 0 ] && [ "$status" -eq 0 ]; then
  echo "test.sh: no test ran" >&2
  status=1
fi
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
  echo "test.sh: $skipped tests were skipped, which CI does not allow" >&2
  status=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
