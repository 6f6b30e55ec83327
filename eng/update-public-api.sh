#!/usr/bin/env bash
# Writes what the libraries publish into PublicAPI.Unshipped.txt: all of them, or those named.
#   eng/update-public-api.sh [src/IpfsKit.Ipld …]
# Read the difference before it is committed: it is the review of the public surface. A release moves the lines to PublicAPI.Shipped.txt.
# It takes what the analyzer says in a build, since its code fix in `dotnet format` does nothing for projects with source generators.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- src/*/
for project in "$@"; do
  for file in Shipped Unshipped; do
    [ -s "$project/PublicAPI.$file.txt" ] || echo '#nullable enable' > "$project/PublicAPI.$file.txt"
  done
  dotnet build "$project" --no-incremental --nologo -p:TreatWarningsAsErrors=false | python3 -c '
import re, sys
path, text = sys.argv[1], sys.stdin.read()
lines = set(open(path, encoding="utf-8").read().splitlines()) - {"#nullable enable"}
name = re.escape(sys.argv[2])
def said(rule, rest):
    return set(re.findall(rule + r": Symbol \x27(.*)\x27 " + rest + r".*\[.*" + name + r"\.csproj\]", text))
lines |= said("RS0016", "is not part of the declared public API")
lines -= said("RS0017", "is part of the declared API")
open(path, "w", encoding="utf-8").write("\n".join(["#nullable enable", *sorted(lines)]) + "\n")
' "$project/PublicAPI.Unshipped.txt" "$(basename "$project")"
done
