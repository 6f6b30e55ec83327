#!/usr/bin/env bash
# Writes the generated parts of docs/ from the code; the same tests compare them otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
IPFSKIT_UPDATE_DOCS=1 dotnet test --project tests/IpfsKit.Repository.Tests -- --filter-namespace "IpfsKit.Repository.Tests.Documents"
