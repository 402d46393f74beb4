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
root=$(cd -- "$here/../.." && pwd)

fail() {
  echo "loadtest: $1" >&2
  exit 2
}

case ${1-} in
  -h | --help)
    sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

for program in nginx wrk taskset mvn; do
  command -v "$program" >/dev/null || fail "$program is needed (Debian: apt-get install nginx-light wrk util-linux maven)"
done
[[ $(nproc) -ge 2 ]] || fail "two cores are needed: one for the target, one for generator and upstream"

java=
for home in "${JAVA_HOME-}" /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/*; do
  if [[ -x $home/bin/java ]] && grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then
    java=$home/bin/java
    break
  fi
done
[[ -n $java ]] || fail "no JDK 25 found: install one, or set JAVA_HOME to it"

# always: figures name the commit, so they must not come from an older build
(cd "$root" && mvn -q -ntp -Pquick package) || fail "the build failed (it needs Maven and a JDK 25, which it finds by itself; any other java may be the default)"

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

run=("$java" -XX:+UseSerialGC -Xmx128m -cp "$(echo "$root"/samples/target/samples-*.jar):$root/samples/target/lib/*"
  dev.mcpgateway.samples.loadtest.LoadTest --work "$work" --root "$root" --java "$java" --out "$out" ${peer[@]+"${peer[@]}"} "$@")
# a network of its own keeps everything on loopback whatever a program binds to
if [[ $(id -u) == 0 ]] && unshare -n true 2>/dev/null; then
  exec unshare -n bash -c 'ip link set lo up && exec "$@"' bash taskset -c 0 "${run[@]}"
fi
exec taskset -c 0 "${run[@]}"
