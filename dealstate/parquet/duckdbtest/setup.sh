#!/usr/bin/env bash
# Installs what this module needs besides Go: a C++ compiler, for DuckDB is linked through cgo.
set -euo pipefail
if ! command -v g++ >/dev/null; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++ libc6-dev >/dev/null
fi
