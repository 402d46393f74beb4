#!/usr/bin/env bash
# What the protocol costs apart from calls: samples/loadtest/protocol.sh [--only list|held|large|bridge]
#
#   list    tools/list of 1,000 tools over 20 servers, filtered for two identities
#   held    memory per 1,000 open legacy sessions, legacy streams and subscriptions
#   large   results of 1 MB: CPU, and memory with one and with 16 at once
#   bridge  CPU per call of the four pairs of eras
#
# Prints each figure beside its goal and writes results/protocol-<date>-<commit>.json. About five minutes. The exit code is 0
# when everything could be measured; a goal that is missed is said, not an error. Needs what run.sh needs, but not nginx.
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
need wrk taskset mvn
find_java
build

work=$here/target/protocol
rm -rf "$work"
mkdir -p "$work" "$here/results"
out=$here/results/protocol-$(date +%F)-$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown).json
run_pinned 512m ProtocolNumbers --work "$work" --root "$root" --java "$java" --out "$out" "$@"
