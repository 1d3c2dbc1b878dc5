#!/usr/bin/env bash
# Installs what the tests of this module drive: a browser from Debian's packages, where
# there is none, and axe-core from npm. Without either of them the tests fail.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	$sudo apt-get install -y -qq --no-install-recommends chromium npm fonts-liberation >/dev/null
fi
npm ci --no-audit --no-fund
