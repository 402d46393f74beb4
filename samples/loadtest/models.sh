#!/usr/bin/env bash
# What a model's call costs: samples/loadtest/models.sh [--profile smoke|full] [--only whole|stream|held|rate|leak]
#
#   whole   chat completions: CPU per call at 32 connections, p50 at one, beside the provider itself, nginx and Portkey
#   stream  the same streamed, 64 events: CPU at 32 connections, time to the first event at one
#   held    1,000 slow streams at once: memory
#   rate    a minute at half of what it can do, of a provider of 200 ms: p50, p99, p99.9 from the planned time of sending
#   leak    a million calls and ten thousand streams: what lives after a collection, after each tenth
#
# Prints each figure beside its goal and writes results/models-<date>-<commit>.json,
# or, with --only, models-<date>-<commit>-<part>.json. About twelve minutes; smoke only
# shows that everything works and keeps no figures. The exit code is 0 when everything could be measured, every audit log
# verifies, no call had an error, nothing leaks, and p99 of rate is less than a second above the provider's; any other goal that
# is missed is said, not an error. Loopback only. Portkey needs node and npm.
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

work=$here/target/models
rm -rf "$work"
mkdir -p "$work" "$here/results"
out=$here/results/models-$(date +%F)-$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown).json
[[ " $* " =~ " --only "([a-z]+) ]] && out=${out%.json}-${BASH_REMATCH[1]}.json
[[ " $* " == *" smoke "* ]] && out=$work/smoke.json

peer=()
if command -v npm >/dev/null && command -v node >/dev/null; then
  mkdir -p "$here/peers/target"
  cp "$here"/peers/package*.json "$here/peers/target/"
  (cd "$here/peers/target" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) &&
    peer=(--peer "$here/peers/target/node_modules/@portkey-ai/gateway/build/start-server.js")
else
  echo "models: no node or npm, so no peer is measured"
fi

run_pinned 256m ModelNumbers --work "$work" --root "$root" --java "$java" --out "$out" ${peer[@]+"${peer[@]}"} "$@"
