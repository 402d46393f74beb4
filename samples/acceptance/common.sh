# shellcheck shell=bash
# Shared by the scripts of this folder, which source it: installs what they need, builds what is not built, then runs
# a program under target/npm's Node 22.

# shellcheck disable=SC2154 # here: the folder of the script that sources this
root=$(cd -- "$here/../.." && pwd)
packages=$here/target/npm

fail() {
  echo "$(basename -- "$0" .sh): $1" >&2
  exit 2
}

# print_help SCRIPT: the comment at its top
print_help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
}

# install_pins SOURCE TARGET: what the package.json in SOURCE names. Exact pins; no install script runs.
install_pins() {
  if ! cmp -s "$1/package-lock.json" "$2/installed-lock.json"; then
    command -v npm >/dev/null || fail "npm is needed to install the packages"
    rm -rf "$2"
    mkdir -p "$2"
    cp "$1/package.json" "$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail "npm ci failed"
    cp "$1/package-lock.json" "$2/installed-lock.json"
  fi
}

# What all of these scripts use, and a Node that runs it.
install_packages() {
  install_pins "$here" "$packages"
  for node in "$packages"/node_modules/node-*/bin/node "$(command -v node || true)"; do
    # the programs find their packages with registerHooks, which Node has from 22.15 on
    if [[ -x $node && $("$node" -p 'typeof require("node:module").registerHooks') == function ]]; then
      return
    fi
  done
  fail "npm has no Node 22 for this platform, and no newer one is on the PATH"
}

# The marker is the quickstart's: what one of the scripts built, the other need not build again.
build_gateway() {
  local built=$root/mcp-gateway/target/lib/.built
  if [[ ! -f $built || -n $(find "$root/pom.xml" "$root"/{policy,audit,connectors,mcp-gateway,samples}/{src/main,pom.xml} \
    -newer "$built" -type f -print -quit) ]]; then
    echo "building (mvn -Pquick package) …"
    (cd "$root" && mvn -q -ntp -Pquick package) || fail "the build failed (it needs Maven and a JDK 25, which it finds by itself; any other java may be the default)"
    touch "$built"
  fi
}

# run_program FILE [ARGUMENT…]: ends with the program's exit code
run_program() {
  exec env ACCEPTANCE_PACKAGES="$packages" "$node" --disable-warning=ExperimentalWarning \
    --import "$here/kit/packages.mjs" "$@"
}
