#!/usr/bin/env bash
# The load test: samples/loadtest/run.sh [--profile smoke|quick|full] [--only RUNG,RUNG]
#
# Measures, in one run, what a tools/call costs: the upstream alone, nginx as a plain reverse proxy, and the gateway with
# one control more on each rung. Prints CPU per call, rates, latencies and memory; writes results/<date>-<commit>.json and
# a plot. quick takes under ten minutes; smoke takes two, only shows that everything works and keeps no figures.
# Loopback only; everything ends by itself.
#
# Needs Linux with two cores, nginx, wrk, taskset (util-linux), a JDK 25 and Maven. See README.md here for the method.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"

case ${1-} in
  -h | --help)
    print_help "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac
need nginx wrk taskset mvn
find_java
build

work=$here/target
rm -rf "$work"
mkdir -p "$work" "$here/results"
out=$here/results/$(date +%F)-$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown).json
[[ " $* " == *" smoke "* ]] && out=$work/smoke.json

# the peer is optional: without node and npm the other figures still stand
peer=()
if command -v npm >/dev/null && command -v node >/dev/null; then
  mkdir -p "$here/peers/target"
  cp "$here"/peers/package*.json "$here/peers/target/"
  (cd "$here/peers/target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) &&
    peer=(--peer "$here/peers/target/node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs")
else
  echo "loadtest: no node or npm, so no peer is measured"
fi

run_pinned 128m LoadTest --work "$work" --root "$root" --java "$java" --out "$out" ${peer[@]+"${peer[@]}"} "$@"
