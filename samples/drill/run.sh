#!/usr/bin/env bash
# The drill of a compromised gateway: samples/drill/run.sh
#
# Starts, on free loopback ports, two stand-ins for providers and a gateway with two tenants that call a model all the
# time. Plays an intruder who holds a key of a provider and one of an agent and opens the policy. Then goes through the
# first hour of mcp-gateway/docs/incident.md with the commands of operators: freeze, renew the providers' keys, end the
# stolen key, restrict a tenant, say what was exposed, prove the log, leave safe mode. Each line is a call or a command,
# what came of it (status or exit code) and how long it took. What was known to be good must be served through all of it.
#
# The last line is "N passed, N failed"; exit 0 only if nothing failed. State and logs lie under samples/drill/target.
# Needs a JDK 25, Maven, curl and openssl. Builds what is not built yet.
set -euo pipefail
export LC_ALL=C

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../acceptance/common.sh
source "$here/../acceptance/common.sh"

case ${1-} in
  -h | --help)
    print_help "${BASH_SOURCE[0]}"
    exit 0
    ;;
  '') ;;
  *) fail "takes no argument $1 (try --help)" ;;
esac
for program in curl openssl; do
  command -v "$program" >/dev/null || fail "$program is needed"
done
build_gateway

state=$here/target
sample=$root/samples/bin/sample
children=()
passed=0
failed=0
times=()

stop_children() {
  touch "$state/traffic.end"
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    kill "${children[i]}" 2>/dev/null || true
    wait "${children[i]}" 2>/dev/null || true
  done
}

now_ms() {
  echo "$((${EPOCHREALTIME/./} / 1000))"
}

# step WHAT: ends the step before it
step() {
  end_step
  step_name=$1
  step_began=$(now_ms)
  last=$step_began
  echo
  echo "== $1"
}

end_step() {
  [[ -z ${step_name-} ]] || times+=("$(printf '%6d ms  %s' "$(($(now_ms) - step_began))" "$step_name")")
  step_name=
}

# check CLAIM EXPECTED ACTUAL: with the time since the check before, which is that of the call or command
check() {
  local took=$(($(now_ms) - last))
  if [[ $3 == "$2" ]]; then
    passed=$((passed + 1))
    echo "   good: $1 ($3, $took ms)"
  else
    failed=$((failed + 1))
    echo "   BAD:  $1: $3, and not $2"
    head -c 1000 "$state/said.txt" | sed 's/^/         /'
    echo
  fi
  last=$(now_ms)
}

# run COMMAND…: prints its exit code; what it said lies in said.txt
run() {
  local code=0
  "$@" >"$state/said.txt" 2>&1 || code=$?
  echo "$code"
}

gateway() {
  "$root/mcp-gateway/bin/mcp-gateway" "$@"
}

# operator NAME COMMAND…: at the operators' port
operator() {
  local name=$1
  shift
  gateway "$@" --admin "$admin" --token-file "$state/$name.token"
}

# ask KEY URL MODEL: asks a question, prints the status. The key stands in no argument, where others could read it.
ask() {
  curl -s -m 20 -o "$state/said.txt" -w '%{http_code}' -H @<(echo "Authorization: Bearer $1") \
    -H 'Content-Type: application/json' -d '{"model":"'"$3"'","messages":[{"role":"user","content":"Hello"}]}' "$2/chat/completions" || true
}

# call HOLDER MODEL: as an agent, through the gateway
call() {
  ask "$(<"$state/$1.agent")" "$url" "$2"
}

# comes STATUS HOLDER MODEL: waits until a call gets this status, ten seconds at most, and prints the last one
comes() {
  local status
  for _ in $(seq 100); do
    status=$(call "$2" "$3")
    [[ $status == "$1" ]] && break
    sleep 0.1
  done
  echo "$status"
}

# said TEXT: how many lines of what was said last have it
said() {
  grep -cF -- "$1" "$state/said.txt" || true
}

# start LOG WORD COMMAND…: starts a server and waits until its output has a line that begins with WORD
start() {
  local log=$state/$1.log word=$2
  shift 2
  "$@" >"$log" 2>"$log.err" &
  children+=("$!")
  for _ in $(seq 600); do
    grep -q "^$word" "$log" && return
    kill -0 "${children[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  fail "did not start: $* — $(cat "$log.err")"
}

# traffic HOLDER: asks for the known-good model until the end, one status a line
traffic() {
  until [[ -e $state/traffic.end ]]; do
    curl -s -m 20 -o /dev/null -w '%{http_code}\n' -H @<(echo "Authorization: Bearer $(<"$state/$1.agent")") \
      -H 'Content-Type: application/json' -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}' \
      "$url/chat/completions" >>"$state/traffic-$1.txt" || true
    sleep 0.25
  done
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  echo "$port"
}

new_secret() {
  openssl rand -hex 24
}

prepare() {
  rm -rf "$state"
  mkdir -p "$state"
  chmod 700 "$state"
  umask 077
  local name port
  for name in first second; do
    new_secret >"$state/$name.key"
    cp "$state/$name.key" "$state/$name.taken" # what the provider takes
    start "$name" READY "$sample" model --port 0 --key-file "$state/$name.taken"
  done
  for name in anna ben; do
    new_secret >"$state/$name.token"
  done
  openssl genpkey -quiet -algorithm ed25519 -out "$state/profile-key.pem"
  openssl pkey -in "$state/profile-key.pem" -pubout -out "$state/profile-key.pub"
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$state/acme.pem"
  openssl pkey -in "$state/acme.pem" -pubout -out "$state/acme.pub.pem"
  first=$(sed -n 's/^READY //p' "$state/first.log")
  second=$(sed -n 's/^READY //p' "$state/second.log")
  port=$(free_port 8080)
  url=http://127.0.0.1:$port/v1
  admin=http://127.0.0.1:$(free_port $((port + 1)))
  # a window that is not now: the day after tomorrow
  local days=(mon tue wed thu fri sat sun)
  local day=${days[($(date -u +%u) + 1) % 7]}
  sed -e "s#http://127.0.0.1:9002/v1#$first#" -e "s#http://127.0.0.1:9003/v1#$second#" -e "s#port: 8080#port: $port#" \
    -e "s#port: 8081#port: ${admin##*:}#" -e "s#days: \[sun\]#days: [$day]#" "$here/gateway.yaml" >"$state/gateway.yaml"
  cp "$here/policy.yaml" "$state/policy.yaml"
  gateway safe-mode profile --config "$state/gateway.yaml" --key "$state/profile-key.pem" --out "$state/known-good.json" \
    --target chat=first/scripted-1 --target draft=second/scripted-1 >/dev/null
  create_key acme acme
  create_key globex globex
  create_key stolen acme # an agent of acme's whose key the intruder has
  start gateway AUDIT_DIR= "$root/mcp-gateway/bin/mcp-gateway" serve --config "$state/gateway.yaml"
  log=$(sed -n 's/^AUDIT_DIR=//p' "$state/gateway.log")
  # outside of the log, where its writer cannot change it
  cp "$log/log.vkey" "$state/audit.vkey"
}

# create_key HOLDER TENANT
create_key() {
  gateway keys create --config "$state/gateway.yaml" --name "$1" --subject "$1" --client drill --tenant "$2" \
    --groups builders >"$state/$1.agent" 2>"$state/$1.agent.err"
}

# key_id HOLDER: the part of a key that is no secret
key_id() {
  sed 's/^mgk_\([a-z0-9]*\)_.*/\1/' "$state/$1.agent"
}

trap stop_children EXIT
trap 'exit 130' INT TERM
prepare
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
echo "A gateway with two providers and the tenants acme and globex, which call the model chat all the time"
traffic acme &
children+=("$!")
traffic globex &
children+=("$!")

step "Before: what holds on an ordinary day"
check "the known-good profile could serve" 0 "$(run operator anna safe-mode status)"
check "acme gets an answer of chat" 200 "$(comes 200 acme chat)"
check "globex gets an answer of draft" 200 "$(call globex draft)"
check "lab is unknown to both" 404 "$(call acme lab)"
# a checkpoint is signed within a second; kept elsewhere, nobody can take back what it covers
for _ in $(seq 100); do
  [[ -s $log/checkpoint ]] && break
  sleep 0.1
done
cp "$log/checkpoint" "$state/kept-checkpoint"

step "The intruder: a provider's key, an agent's key, a rule of its own"
check "the copied key opens the provider without the gateway" 200 "$(ask "$(<"$state/second.key")" "$second" scripted-1)"
check "the stolen key of acme's agent opens the gateway" 200 "$(call stolen chat)"
cat >>"$state/policy.yaml" <<'RULE'
  - id: added-at-night
    effect: permit
    principals: {issuer: keys}
    actions: [model/call]
    resources: ["model:lab"]
RULE
check "with the rule that it added it calls lab" 200 "$(comes 200 stolen lab)"

step "Detect: the change of the policy was a signal, on record"
for _ in $(seq 100); do
  run gateway audit query "$log" --event signal.raised --json >/dev/null
  [[ $(said '"about":"policy.changed"') != 0 ]] && break
  sleep 0.1
done
check "somebody changed the policy outside of the change window" 1 "$(said '"about":"policy.changed"')"

step "Freeze: safe mode"
check "safe mode begins, by the signed profile" 0 "$(run operator anna safe-mode on --reason 'drill: somebody else is in')"
check "the first call of lab after it is refused" 503 "$(call stolen lab)"
check "what is known good is served" 200 "$(call acme chat)"
check "no new key is made" 3 "$(run gateway keys create --config "$state/gateway.yaml" --name x --subject x --client x)"
check "nothing that was kept is erased" 3 "$(run operator anna models content erase --tenant acme --reason 'cover tracks')"

step "Renew the keys of all providers"
for name in first second; do
  new_secret >"$state/$name-next.key"
  cat "$state/$name-next.key" >>"$state/$name.taken" # made at the provider; it takes both for now
done
check "every provider takes its new key" 0 "$(run operator anna credentials rotate --all --reason 'drill: keys were copied')"
check "both are in use" 2 "$(said 'in use: next')"
sed 's/^/         /' "$state/said.txt"
for name in first second; do
  cp "$state/$name-next.key" "$state/$name.left"
  mv "$state/$name.left" "$state/$name.taken" # the old one is revoked at the provider, in one step
done
check "the copied key opens the provider no more" 401 "$(ask "$(<"$state/second.key")" "$second" scripted-1)"
check "chat goes on with the new key" 200 "$(call acme chat)"
check "draft goes on with the new key" 200 "$(call globex draft)"
check "keys are listed" 0 "$(run operator anna credentials list)"

step "End the stolen key of the agent"
stolen=$(key_id stolen)
check "the key is stopped" 0 "$(run operator anna kill add key "$stolen" --reason 'drill: stolen')"
check "the first call with it after that is refused" 401 "$(call stolen chat)"
check "the key is revoked for good" 0 "$(run gateway keys revoke "$stolen" --config "$state/gateway.yaml")"
check "the other agent of acme goes on" 200 "$(call acme chat)"

step "Restrict a tenant that is suspect: globex keeps chat"
check "globex is restricted" 0 "$(run operator anna restrict --tenant globex --models chat --reason 'drill: odd calls')"
check "its first call of draft after that finds no such model" 404 "$(call globex draft)"
check "chat is left to it" 200 "$(call globex chat)"
check "acme is not concerned" 200 "$(call acme draft)"

step "Scope: what was exposed, by class of artifact"
check "the matrix is printed" 0 "$(run gateway exposure --audit "$log" --from "$began" --config "$state/gateway.yaml" --format csv)"
cp "$state/said.txt" "$state/exposure.csv"
for class in secret_material request_and_response_history tenant_routing_metadata policy_override_records; do
  check "it has $class" yes "$([[ $(said "\"$class\",") != 0 ]] && echo yes || echo no)"
done
check "it says that the key of the second provider is another one" 1 "$(grep -F '"key of provider second",' "$state/said.txt" | grep -c 'in use: next' || true)"
check "it says that the stolen key is revoked" 1 "$(grep -F "\"virtual key $stolen\"," "$state/said.txt" | grep -c revoked || true)"
check "the matrix of globex alone is printed" 0 "$(run gateway exposure --audit "$log" --from "$began" --tenant globex --format csv)"
check "and has nothing of acme's content" 0 "$(said 'kept content of tenant acme')"
check "what was kept for acme is as the log says" 0 "$(run gateway models content list --audit "$log" --content "$state/content" --tenant acme)"
check "nothing of it was altered" 0 "$(said altered)"

step "Prove the log"
for _ in $(seq 100); do
  cmp -s "$log/checkpoint" "$state/kept-checkpoint" || break
  sleep 0.1
done
check "it is whole and continues the checkpoint that was kept" 0 \
  "$(run gateway audit verify "$log" --vkey "$state/audit.vkey" --expect-checkpoint "$state/kept-checkpoint")"
check "a copy is made while it goes on" 0 "$(run gateway audit copy "$log" --to "$state/evidence")"
check "the copy is whole, too, and continues the same checkpoint" 0 \
  "$(run gateway audit verify "$state/evidence" --vkey "$state/audit.vkey" --expect-checkpoint "$state/kept-checkpoint")"
check "it has who began safe mode" 1 "$(run gateway audit query "$log" --event admin.safe_mode.on >/dev/null; said admin.safe_mode.on)"

step "Leave safe mode: two operators, after the policy is what it was"
cp "$here/policy.yaml" "$state/policy.yaml"
check "the policy is good" 0 "$(run gateway policy check --config "$state/gateway.yaml" "$state/policy.yaml")"
check "one operator's word does not end it" 1 "$(run operator anna safe-mode off --reason 'drill: repaired')"
check "nor does the same operator's second word" 1 "$(run operator anna safe-mode off --reason 'drill: repaired, again')"
check "safe mode is still on" 1 "$(run operator ben safe-mode status >/dev/null; said 'safe mode: on since')"
check "the second operator's word ends it" 0 "$(run operator ben safe-mode off --reason 'drill: repaired')"
check "safe mode is off" 1 "$(run operator ben safe-mode status >/dev/null; said 'safe mode: off')"
check "lab is unknown again, by the policy" 404 "$(comes 404 acme lab)"
check "the restriction is lifted" 0 "$(run operator anna restrict --tenant globex --lift --reason 'drill: cleared')"
check "globex gets an answer of draft" 200 "$(call globex draft)"
check "the stolen key stays dead" 401 "$(call stolen chat)"

step "Who called all the time"
touch "$state/traffic.end"
wait "${children[-1]}" "${children[-2]}" || true
for name in acme globex; do
  check "$name's calls of chat that were not answered, of $(wc -l <"$state/traffic-$name.txt")" 0 "$(grep -vc '^200$' "$state/traffic-$name.txt" || true)"
  check "there were calls" yes "$([[ $(wc -l <"$state/traffic-$name.txt") -ge 10 ]] && echo yes || echo no)"
done
end_step

echo
echo "How long each step took:"
printf '%s\n' "${times[@]}"
echo "What was exposed: $state/exposure.csv"
echo "$passed passed, $failed failed"
((failed == 0))
