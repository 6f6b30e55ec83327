#!/usr/bin/env bash
# Puts the servers that tests need and this machine has not into tests/services/root: Debian packages and what they depend on, unpacked there and not installed, so that
# no root is needed. Does nothing where they are on the PATH or were unpacked before.
#   tests/services/install.sh
set -euo pipefail
cd "$(dirname "$0")"

need=()
found() { command -v "$1" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null || compgen -G "root/usr/bin/$1" >/dev/null || compgen -G "root/usr/lib/postgresql/*/bin/$1" >/dev/null; }
found redis-server || need+=(redis-server)
found initdb || need+=(postgresql)
[ ${#need[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "install.sh: no Debian packages here; install ${need[*]} yourself" >&2; exit 1; }

mkdir -p root cache/partial state/lists/partial
apt=(-o "Dir::Cache::archives=$PWD/cache" -o "APT::Sandbox::User=$(id -un)" -o Debug::NoLocking=1)
# The lists of the machine may be absent or too old to download by, and only root may renew them: then there are lists of our own.
own() { apt+=(-o "Dir::State=$PWD/state" -o Dir::State::status=/var/lib/dpkg/status -o "Dir::Cache=$PWD/cache"); apt-get "${apt[@]}" -qq update; }

# What is missing of the packages and all that they depend on; of alternatives and virtual packages, whatever has a name to download by.
missing() {
  apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" 2>/dev/null \
    | grep -E '^[a-z0-9]' | sed 's/:.*//' | sort -u | while read -r package; do
      case $package in
        # Nothing that a server run by hand in a test uses: the compiler of queries, certificates, service management.
        libllvm*|libclang*|ssl-cert|postgresql-common*|postgresql-client-common|init-system-helpers|debconf*|cdebconf*|locales*|libperl*|perl*|adduser|ucf|sysvinit-utils|lsb-base|libdebconf*|libelogind*) ;;
        *) dpkg -s "$package" >/dev/null 2>&1 || echo "$package" ;;
      esac
    done
}
fetch() {
  local packages
  packages=$(missing "$@")
  [ -n "$packages" ] || { echo "install.sh: the package lists know nothing of $*" >&2; return 1; }
  # shellcheck disable=SC2086
  (cd cache && apt-get "${apt[@]}" -qq download $packages)
}
fetch "${need[@]}" 2>/dev/null || { own && fetch "${need[@]}"; }
for package in cache/*.deb; do dpkg -x "$package" root; done
rm -rf cache state
