#!/usr/bin/env bash
# What a flood of bad tokens leaves to known callers: samples/loadtest/flood.sh [--rate TOKENS_A_SECOND] [--sources N]
#
# One sender at 127.0.0.2, or --sources of them, shows tokens that are good in everything but their ES256 signature, each
# another, 1,000 a second in all unless --rate says otherwise. Meanwhile known callers at 127.0.0.1 call without pause, with
# every control of the gateway on. Five pairs of runs, with and without the flood, once more (twice at most) if those without
# differ by more than 15 %; at least 80 % of the calls a second must be left in the median pair. Two to five minutes. The exit
# code is 0 only then. Needs what protocol.sh needs.
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

work=$here/target/flood
rm -rf "$work"
mkdir -p "$work"
run_pinned 128m FloodTest --work "$work" --root "$root" --java "$java" "$@"
