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
root=$(cd -- "$here/../.." && pwd)

fail() {
  echo "flood: $1" >&2
  exit 2
}

case ${1-} in
  -h | --help)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

for program in wrk taskset mvn; do
  command -v "$program" >/dev/null || fail "$program is needed (Debian: apt-get install wrk util-linux maven)"
done
[[ $(nproc) -ge 2 ]] || fail "two cores are needed: one for the gateway, one for generators and upstream"

java=
for home in "${JAVA_HOME-}" /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/*; do
  if [[ -x $home/bin/java ]] && grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then
    java=$home/bin/java
    break
  fi
done
[[ -n $java ]] || fail "no JDK 25 found: install one, or set JAVA_HOME to it"

# always: what is measured must not be an older build
(cd "$root" && mvn -q -ntp -Pquick package) || fail "the build failed (it needs Maven and a JDK 25, which it finds by itself; any other java may be the default)"

work=$here/target/flood
rm -rf "$work"
mkdir -p "$work"
run=("$java" -XX:+UseSerialGC -Xmx128m -cp "$(echo "$root"/samples/target/samples-*.jar):$root/samples/target/lib/*"
  dev.mcpgateway.samples.loadtest.FloodTest --work "$work" --root "$root" --java "$java" "$@")
# a network of its own keeps everything on loopback whatever a program binds to
if [[ $(id -u) == 0 ]] && unshare -n true 2>/dev/null; then
  exec unshare -n bash -c 'ip link set lo up && exec "$@"' bash taskset -c 0 "${run[@]}"
fi
exec taskset -c 0 "${run[@]}"
