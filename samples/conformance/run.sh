#!/usr/bin/env bash
# Runs the MCP conformance suite: samples/conformance/run.sh [LEG…]
#
# Installs the suite and its Node 22 under target/suite (exact pins, no install script runs), builds gateway and samples
# if needed, starts the fixture and the gateway on free ports and runs the legs, all of them unless some are named. Results stand under
# target/<leg>/. The last line is "N passed, N failed"; the exit code is 0 only if every leg is as it must be.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
target=$here/target
suite=$target/suite

wanted=("$@")
known=()
passed=0
failed=0
broken_legs=()
children=()

fail() {
  echo "conformance: $1" >&2
  exit 2
}

stop_children() {
  for pid in ${children[@]+"${children[@]}"}; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in ${children[@]+"${children[@]}"}; do
    wait "$pid" 2>/dev/null || true
  done
}
trap stop_children EXIT
trap 'exit 130' INT TERM

install_suite() {
  if ! cmp -s "$here/package-lock.json" "$suite/installed-lock.json"; then
    command -v npm >/dev/null || fail "npm is needed to install the suite"
    rm -rf "$suite"
    mkdir -p "$suite"
    cp "$here/package.json" "$here/package-lock.json" "$suite/"
    # the engine check looks at the Node that runs npm, not at the Node 22 that is being installed
    (cd "$suite" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$here/package-lock.json" "$suite/installed-lock.json"
  fi
  for node in "$suite"/node_modules/node-*/bin/node "$(command -v node || true)"; do
    if [[ -x $node && $("$node" -p 'process.versions.node.split(".")[0] >= 22') == true ]]; then
      return
    fi
  done
  fail "npm has no Node 22 for this platform, and none is on the PATH"
}

build() {
  local jar
  jar=$(find "$root/samples/target" -maxdepth 1 -name 'samples-*.jar' 2>/dev/null | head -n 1)
  if [[ -z $jar || ! -d $root/mcp-gateway/target/lib ||
    -n $(find "$root"/{policy,audit,connectors,mcp-gateway,samples}/{src/main,pom.xml} -newer "$jar" | head -n 1) ]]; then
    (cd "$root" && mvn -q -ntp -Pquick package) || fail "the gateway and the samples do not build"
  fi
}

# start_sample NAME [ARGUMENT…]: starts samples/bin/sample and leaves its address in $url
start_sample() {
  local log=$target/$1-${#children[@]}.log
  mkdir -p "$target"
  "$root/samples/bin/sample" "$@" >"$log" 2>&1 &
  local pid=$!
  children+=("$pid")
  for _ in $(seq 300); do
    url=$(sed -n 's/^READY //p' "$log")
    [[ -n $url ]] && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "sample $1 did not start: $(cat "$log")"
}

# start_gateway ERA URL: starts the gateway in front of one upstream that speaks this era, with the upstream's own tool
# names and one injected caller (the suite sends no token), and leaves its address in $url
start_gateway() {
  local era=$1 upstream=$2 folder=$target/gateway-${#children[@]}
  rm -rf "$folder"
  mkdir -p "$folder"
  local port admin
  port=$(free_port 18080)
  admin=$(free_port $((port + 1)))
  cat >"$folder/gateway.yaml" <<YAML
version: 1
listen: {host: 127.0.0.1, port: $port}
admin: {host: 127.0.0.1, port: $admin}
anonymous: {subject: conformance-suite}
upstreams:
  fixture: {transport: streamable_http, url: "$upstream", era: $era, credential: none}
views: {default: {path: /mcp, upstreams: [fixture], bare_names: true}}
policy: {files: [policy.yaml]}
audit: {dir: audit, origin: audit.conformance.example/gw}
YAML
  cat >"$folder/policy.yaml" <<YAML
version: 1
rules:
  - {id: suite, effect: permit, principals: {issuer: anonymous}, resources: ["fixture__*"], ack_broad: true}
YAML
  "$root/mcp-gateway/bin/mcp-gateway" serve --config "$folder/gateway.yaml" >"$folder/out.log" 2>"$folder/err.log" &
  local pid=$!
  children+=("$pid")
  for _ in $(seq 300); do
    if grep -q '^AUDIT_DIR=' "$folder/out.log"; then
      url=http://127.0.0.1:$port/mcp
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "the gateway did not start: $(cat "$folder/err.log")"
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  echo "$port"
}

# leg NAME URL REQUIREMENTS MINIMUM EXPECTED_FILE|none [EXTRA_SCENARIO…]
#   REQUIREMENTS  a revision; its frozen list of server scenarios is run, each must pass
#   MINIMUM       the leg fails when fewer scenarios are judged
#   EXPECTED_FILE YAML with "server: [scenario, scenario:check-id, …]" that must fail; one that passes fails the leg
#   EXTRA         scenarios that the revision runs without scoring them, required here
leg() {
  local name=$1 address=$2 requirements=$3 minimum=$4 expected=$5
  shift 5
  known+=("$name")
  if ((${#wanted[@]} > 0)) && [[ " ${wanted[*]} " != *" $name "* ]]; then
    return
  fi
  echo "== $name: $requirements on $address"
  rm -rf "${target:?}/$name"
  mkdir -p "$target/$name"
  # the judge decides: the suite's exit code ignores the extra scenarios and takes a skipped check for a passed one
  "$node" "$suite/node_modules/@modelcontextprotocol/conformance/dist/index.js" server \
    --url "$address" --requirements "$requirements" --output-dir "$target/$name" >"$target/$name/suite.log" 2>&1 &
  children+=("$!")
  wait "$!" || true
  children=("${children[@]:0:${#children[@]}-1}")
  "$node" "$here/judge.mjs" "$suite" "$target/$name" "$requirements" "$minimum" "$expected" "$@" || broken_legs+=("$name")
  passed=$((passed + $(summary "$name" passed)))
  failed=$((failed + $(summary "$name" failed)))
}

summary() {
  "$node" -p "require('$target/$1/summary.json').$2"
}

install_suite
"$node" --test "$here/judge.test.mjs" >"$target/judge.test.log" 2>&1 || fail "the judge is wrong: see $target/judge.test.log"
build

start_sample fixture --mode dual
dual=$url

leg L0-modern "$dual" 2026-07-28 40 none \
  json-schema-2020-12 http-header-validation http-custom-header-server-validation
leg L0-legacy "$dual" 2025-11-25 33 none \
  server-session-lifecycle json-schema-2020-12 server-sse-polling

start_gateway modern "$dual"
leg L1 "$url" 2026-07-28 37 "$here/expected/l1.yml"

start_gateway legacy "$dual"
leg L2 "$url" 2025-11-25 30 "$here/expected/l2.yml"

for name in ${wanted[@]+"${wanted[@]}"}; do
  [[ " ${known[*]} " == *" $name "* ]] || fail "there is no leg '$name'; the legs are: ${known[*]}"
done
((${#broken_legs[@]} == 0)) || echo "not as they must be: ${broken_legs[*]}"
echo "$passed passed, $failed failed"
((${#broken_legs[@]} == 0 && passed > 0))
