#!/usr/bin/env bash
# Who calls, with Keycloak: samples/acceptance/keycloak.sh [--only GROUP,…]
#
#   --only   these groups of cases alone: files of keycloak/ without .mjs, as samples/README.md lists them
#
# Gets Keycloak 26.7.3 from Maven Central (177 MB, checked by its hash) and unpacks it under target, installs npm jose, the
# client libraries and Node 22 under target/npm, builds the gateway if needed, starts Keycloak with three realms, servers
# and gateways on free loopback ports. The first start of Keycloak takes a minute, later ones some ten seconds; it needs
# 500 MB. Logs stand under target/keycloak. The last line is "N passed, N failed"; the exit code is 0 only if nothing
# failed and no case was left out.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"

VERSION=26.7.3
SHA256=27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f
COPY=org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy

# Keycloak runs on the same JDK as the gateway
find_jdk() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [[ -x $home/bin/jar ]] && grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then
      jdk=$home
      return
    fi
  done
  fail "no JDK 25 found: install one, or set JAVA_HOME to it"
}

install_keycloak() {
  local zip=$here/target/keycloak-quarkus-dist-$VERSION.zip
  keycloak=$here/target/keycloak-$VERSION
  [[ -f $keycloak/version.txt ]] && return
  echo "getting Keycloak $VERSION …"
  mkdir -p "$here/target"
  (cd "$here/target" && mvn -q -ntp "$COPY" -Dartifact="org.keycloak:keycloak-quarkus-dist:$VERSION:zip" \
    -DoutputDirectory="$here/target") || fail "Maven did not get Keycloak"
  echo "$SHA256  $zip" | sha256sum --check --quiet || fail "that is not Keycloak $VERSION: $zip"
  rm -rf "$keycloak.new"
  mkdir "$keycloak.new"
  (cd "$keycloak.new" && "$jdk/bin/jar" xf "$zip") || fail "Keycloak cannot be unpacked"
  mv "$keycloak.new/keycloak-$VERSION" "$keycloak"
  rmdir "$keycloak.new"
  rm "$zip"
}

if [[ ${1-} == -h || ${1-} == --help ]]; then
  print_help "${BASH_SOURCE[0]}"
  exit 0
fi
find_jdk
install_packages
install_keycloak
build_gateway
export KEYCLOAK_HOME=$keycloak KEYCLOAK_JAVA_HOME=$jdk
run_program "$here/keycloak/run.mjs" "$@"
