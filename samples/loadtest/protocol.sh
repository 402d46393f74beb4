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
root=$(cd -- "$here/../.." && pwd)

fail() {
  echo "protocol: $1" >&2
  exit 2
}

case ${1-} in
  -h | --help)
    sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

for program in wrk taskset mvn; do
  command -v "$program" >/dev/null || fail "$program is needed (Debian: apt-get install wrk util-linux maven)"
done
[[ $(nproc) -ge 2 ]] || fail "two cores are needed: one for the gateway, one for generator and upstreams"

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

work=$here/target/protocol
rm -rf "$work"
mkdir -p "$work" "$here/results"
out=$here/results/protocol-$(date +%F)-$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown).json
run=("$java" -XX:+UseSerialGC -Xmx512m -cp "$(echo "$root"/samples/target/samples-*.jar):$root/samples/target/lib/*"
  dev.mcpgateway.samples.loadtest.ProtocolNumbers --work "$work" --root "$root" --java "$java" --out "$out" "$@")
# a network of its own keeps everything on loopback whatever a program binds to
if [[ $(id -u) == 0 ]] && unshare -n true 2>/dev/null; then
  exec unshare -n bash -c 'ip link set lo up && exec "$@"' bash taskset -c 0 "${run[@]}"
fi
exec taskset -c 0 "${run[@]}"
