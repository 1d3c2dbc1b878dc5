#!/usr/bin/env bash
# Installs the PostgreSQL server that the tests start, on Debian, where it is missing. The
# cluster that Debian makes beside it is not used.
set -euo pipefail

if command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends postgresql
