# shellcheck shell=bash
# Shared by the scripts of this folder, which source it: looks for what they need and builds what they measure.

# shellcheck disable=SC2154 # here: the folder of the script that sources this
root=$(cd -- "$here/../.." && pwd)
java=

fail() {
  echo "$(basename -- "$0" .sh): $1" >&2
  exit 2
}

# print_help SCRIPT: the comment at its top
print_help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
}

# need PROGRAM…: and two cores, one for what is measured and one for all else
need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null ||
      fail "$program is needed (Debian: apt-get install nginx-light wrk util-linux maven)"
  done
  [[ $(nproc) -ge 2 ]] || fail "two cores are needed: one for the gateway, one for generators and upstreams"
}

find_java() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/*; do
    if [[ -x $home/bin/java ]] && grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then
      java=$home/bin/java
      return
    fi
  done
  fail "no JDK 25 found: install one, or set JAVA_HOME to it"
}

# Always: figures name the commit, so they must not come from an older build.
build() {
  (cd "$root" && mvn -q -ntp -Pquick package) ||
    fail "the build failed (it needs Maven and a JDK 25, which it finds by itself; any other java may be the default)"
}

# run_pinned HEAP CLASS ARGUMENT…: a program of the samples on the first core, in place of this script. A network of its
# own keeps everything on loopback whatever a program binds to.
run_pinned() {
  local heap=$1 class=$2
  shift 2
  local run=("$java" -XX:+UseSerialGC "-Xmx$heap" -cp "$(echo "$root"/samples/target/samples-*.jar):$root/samples/target/lib/*"
    "dev.mcpgateway.samples.loadtest.$class" "$@")
  if [[ $(id -u) == 0 ]] && unshare -n true 2>/dev/null; then
    exec unshare -n bash -c 'ip link set lo up && exec "$@"' bash taskset -c 0 "${run[@]}"
  fi
  exec taskset -c 0 "${run[@]}"
}
