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
  for _ in $(seq 600); do
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
  local folder=$target/gateway-${#children[@]}
  rm -rf "$folder"
  mkdir -p "$folder"
  sed -e "s#\${ERA}#$1#" -e "s#\${UPSTREAM}#$2#" "$here/gateway.yaml" >"$folder/gateway.yaml"
  cp "$here/policy.yaml" "$folder/"
  : >"$folder/out.log"
  "$root/mcp-gateway/bin/mcp-gateway" serve --config "$folder/gateway.yaml" >"$folder/out.log" 2>"$folder/err.log" &
  local pid=$!
  children+=("$pid")
  for _ in $(seq 600); do
    url=$(sed -n 's/^mcp-gateway .* serves \([^,]*\),.*/\1/p' "$folder/out.log")
    [[ -n $url ]] && grep -q '^AUDIT_DIR=' "$folder/out.log" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "the gateway did not start: $(cat "$folder/err.log")"
}

# wants NAME: whether this leg is to be run
wants() {
  known+=("$1")
  ((${#wanted[@]} == 0)) || [[ " ${wanted[*]} " == *" $1 "* ]]
}

# suite_run LEG ARGUMENT…: the suite, with its results under target/LEG. The judge decides: the suite's exit code ignores
# the unscored scenarios and takes a skipped check for a passed one.
suite_run() {
  local name=$1
  shift
  "$node" "$suite/node_modules/@modelcontextprotocol/conformance/dist/index.js" "$@" --output-dir "$target/$name" \
    >>"$target/$name/suite.log" 2>&1 &
  children+=("$!")
  wait "$!" || true
  unset 'children[-1]'
}

# judged LEG server|client REQUIREMENTS|none MINIMUM EXPECTED_FILE|none [SCENARIO…]
judged() {
  local name=$1 side=$2
  shift 2
  "$node" "$here/judge.mjs" "$side" "$suite" "$target/$name" "$@" || broken_legs+=("$name")
  passed=$((passed + $(summary "$name" passed)))
  failed=$((failed + $(summary "$name" failed)))
}

summary() {
  "$node" -p "require('$target/$1/summary.json').$2"
}

# leg NAME URL REQUIREMENTS MINIMUM EXPECTED_FILE|none [EXTRA_SCENARIO…]
#   REQUIREMENTS  a revision; its frozen list of server scenarios is run, each must pass
#   MINIMUM       the leg fails when fewer scenarios are judged
#   EXPECTED_FILE YAML with "server: [scenario, scenario:check, …]" that must fail; one that passes fails the leg
#   EXTRA         scenarios that the revision runs without scoring them, required here
leg() {
  local name=$1 address=$2 requirements=$3
  echo "== $name: suite $requirements on $address"
  rm -rf "${target:?}/$name"
  mkdir -p "$target/$name"
  suite_run "$name" server --url "$address" --requirements "$requirements"
  judged "$name" server "${@:3}"
}

# client_leg NAME ERA EXPECTED_FILE|none SCENARIO…: the gateway is the client that the suite tests; an agent of ERA makes
# it call. One gateway per scenario.
client_leg() {
  local name=$1 era=$2 expected=$3
  shift 3
  echo "== $name: client scenarios of 2026-07-28 on the gateway, which serves an agent of the $era era"
  rm -rf "${target:?}/$name"
  mkdir -p "$target/$name"
  for scenario in "$@"; do
    # relative paths: the suite cuts its command at every blank
    (cd "$here" && suite_run "$name" client --scenario "$scenario" --spec-version 2026-07-28 --timeout 60000 \
      --command "${node#"$here/"} client/drive.mjs $era target/$name")
  done
  judged "$name" client none $# "$expected" "$@"
}

# auth_leg NAME REVISION PORTION SCENARIO…: the gateway gets tokens for the suite's servers, one gateway for all of them, and
# an agent's user agrees. PORTION is what the suite is to run; it runs all of it at once.
auth_leg() {
  local name=$1 revision=$2 portion=$3
  shift 3
  echo "== $name: auth scenarios of $revision on the gateway"
  rm -rf "${target:?}/$name"
  mkdir -p "$target/$name"
  (cd "$here" && exec "$node" auth/run.mjs "target/$name" "$revision" "$portion" "$@") &
  children+=("$!")
  wait "$!" || broken_legs+=("$name")
  unset 'children[-1]'
  judged "$name" client none $# none "$@"
}

install_suite
"$node" --test "$here/judge.test.mjs" >"$target/judge.test.log" 2>&1 || fail "the judge is wrong: see $target/judge.test.log"
build

start_sample fixture --mode dual
dual=$url
modern_extras=(json-schema-2020-12 http-header-validation http-custom-header-server-validation)
legacy_extras=(server-session-lifecycle json-schema-2020-12)

# the fixture alone, as a control
if wants L0-modern; then
  leg L0-modern "$dual" 2026-07-28 40 none "${modern_extras[@]}"
fi
if wants L0-legacy; then
  leg L0-legacy "$dual" 2025-11-25 33 none "${legacy_extras[@]}" server-sse-polling
fi

# the same era on both sides of the gateway
if wants L1; then
  start_gateway modern "$dual"
  leg L1 "$url" 2026-07-28 40 none "${modern_extras[@]}"
fi
if wants L2; then
  start_gateway legacy "$dual"
  leg L2 "$url" 2025-11-25 32 none "${legacy_extras[@]}"
fi

# across the eras
if wants X1; then
  start_sample fixture --mode legacy
  start_gateway auto "$url"
  leg X1 "$url" 2026-07-28 40 "$here/expected/x1.yml" "${modern_extras[@]}"
fi
if wants X2; then
  start_sample fixture --mode modern
  start_gateway auto "$url"
  leg X2 "$url" 2025-11-25 32 "$here/expected/x2.yml" "${legacy_extras[@]}"
fi

# the gateway as a client
client_scenarios=(tools_call request-metadata http-standard-headers http-custom-headers http-invalid-tool-headers
  sep-2322-client-request-state json-schema-ref-no-deref json-schema-2020-12-preservation)
if wants K-modern; then
  client_leg K-modern modern "$here/expected/k.yml" "${client_scenarios[@]}"
fi
if wants K-legacy; then
  client_leg K-legacy legacy "$here/expected/k.yml" "${client_scenarios[@]}"
fi

# the gateway as an OAuth client
auth_scenarios=(auth/metadata-default auth/metadata-var1 auth/metadata-var2 auth/metadata-var3 auth/basic-cimd
  auth/scope-from-www-authenticate auth/scope-from-scopes-supported auth/scope-omitted-when-undefined
  auth/scope-step-up auth/scope-retry-limit auth/token-endpoint-auth-basic auth/token-endpoint-auth-post
  auth/token-endpoint-auth-none auth/pre-registration auth/client-credentials-jwt auth/client-credentials-basic)
modern_auth_scenarios=(auth/resource-mismatch auth/offline-access-scope auth/offline-access-not-supported
  auth/authorization-server-migration auth/iss-supported auth/iss-not-advertised auth/iss-supported-missing
  auth/iss-wrong-issuer auth/iss-unexpected auth/iss-normalized auth/metadata-issuer-mismatch)
if wants A-modern; then
  auth_leg A-modern 2026-07-28 "--requirements 2026-07-28" "${auth_scenarios[@]}" "${modern_auth_scenarios[@]}"
fi
if wants A-legacy; then
  auth_leg A-legacy 2025-11-25 "--requirements 2025-11-25" "${auth_scenarios[@]}"
fi
if wants A-oldest; then
  auth_leg A-oldest 2025-03-26 "--suite backcompat --spec-version 2025-03-26" auth/2025-03-26-oauth-metadata-backcompat
fi

for name in ${wanted[@]+"${wanted[@]}"}; do
  [[ " ${known[*]} " == *" $name "* ]] || fail "there is no leg '$name'; the legs are: ${known[*]}"
done
((${#broken_legs[@]} == 0)) || echo "not as they must be: ${broken_legs[*]}"
echo "$passed passed, $failed failed"
((${#broken_legs[@]} == 0 && passed > 0))
