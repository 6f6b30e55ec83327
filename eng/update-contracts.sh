#!/usr/bin/env bash
# Writes OrleansContracts.txt of the projects whose types cross between silos and clients. Read the difference before it is committed: a line that changes or goes breaks
# clusters of two versions.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/IpfsKit.Grains.Abstractions src/IpfsKit.Grains; do
  dotnet format analyzers "$project" --severity info \
    --diagnostics ORLEANS0016 ORLEANS0017 ORLEANS0018 ORLEANS0019 ORLEANS0020 ORLEANS0022 ORLEANS0023 ORLEANS0024
done
