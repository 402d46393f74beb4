#!/usr/bin/env bash
# The quickstart: samples/quickstart/run.sh [--once]
#
# Starts, on free loopback ports, a sample issuer, two sample MCP servers (Streamable HTTP and stdio), a stand-in for a
# provider of models and the gateway; then a scripted agent makes seven requests and shows each answer; another asks the
# model, which wants tools; then the audit log of just that is shown, by trace and whole, and verified.
#
#   --once   end there: exit 0, or 1 when any answer differs from what it should be
#   without  everything stays up, with a token and client configurations to paste; Ctrl-C ends it
#
# Needs a JDK 25 and Maven. Builds what is not built yet. State lies under samples/quickstart/target.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
state=$here/target
children=()

fail() {
  echo "quickstart: $1" >&2
  exit 1
}

stop_children() {
  # the gateway first: it has calls to finish and a log to close
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    kill "${children[i]}" 2>/dev/null || true
    wait "${children[i]}" 2>/dev/null || true
  done
}

once=false
case ${1-} in
  --once) once=true ;;
  -h | --help)
    sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  '') ;;
  *) fail "unknown option $1 (try --help)" ;;
esac

# build PATH…: whether the newest of these sources is newer than the jar
is_stale() {
  local jar=$1
  shift
  [[ ! -f $jar || -n $(find "$@" -newer "$jar" -type f -print -quit) ]]
}

build() {
  local gateway=$root/mcp-gateway/target/lib/.built samples=$root/samples/target/lib/.built
  if is_stale "$gateway" "$root"/{pom.xml,policy,audit,connectors,mcp-gateway}/src/main \
    "$root"/{policy,audit,connectors,mcp-gateway}/pom.xml 2>/dev/null ||
    is_stale "$samples" "$root/samples/src/main" "$root/samples/pom.xml"; then
    echo "building (mvn -Pquick package) …"
    (cd "$root" && mvn -q -ntp -Pquick package) || fail "the build failed (it needs Maven and a JDK 25, which it finds by itself; any other java may be the default)"
    touch "$gateway" "$samples"
  fi
}

free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  echo "$port"
}

# start LOG WORD COMMAND…: starts a server and waits until its output has a line that begins with WORD
start() {
  local log=$state/$1.log word=$2
  shift 2
  : >"$log"
  "$@" >"$log" 2>"$log.err" &
  local pid=$!
  children+=("$pid")
  for _ in $(seq 600); do
    grep -q "^$word" "$log" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "did not start: $* — $(cat "$log.err")"
}

build
trap stop_children EXIT
trap 'exit 130' INT TERM

# a fresh log each time, so that what is shown is just this run
rm -rf "$state/audit"
mkdir -p "$state/issuer" "$state/shared" "$state/keys"
chmod 700 "$state/keys"
echo "sk-scripted-$RANDOM$RANDOM$RANDOM" >"$state/keys/model.key"
chmod 600 "$state/keys/model.key"
echo "Welcome. This file comes from a server on standard input and output." >"$state/shared/welcome.txt"

sample=$root/samples/bin/sample
start issuer READY "$sample" issuer --state "$state/issuer" --port 0
# the CRM believes what this gateway signs, so it is told the gateway's URL
port=$(free_port 8080)
admin=$(free_port $((port + 1)))
start crm READY "$sample" crm --port 0 --gateway "http://127.0.0.1:$port" --audience urn:sample:crm
start model READY "$sample" model --port 0 --key-file "$state/keys/model.key"
issuer=$(sed -n 's/^READY //p' "$state/issuer.log")
crm=$(sed -n 's/^READY //p' "$state/crm.log")
model=$(sed -n 's/^READY //p' "$state/model.log")

sed -e "s#http://127.0.0.1:9000/sample-issuer#$issuer#g" -e "s#http://127.0.0.1:9001/mcp#$crm#" -e "s#http://127.0.0.1:9002/v1#$model#" \
  -e "s#127.0.0.1:8080#127.0.0.1:$port#g" -e "s#port: 8080#port: $port#" -e "s#port: 8081#port: $admin#" \
  -e "s#/opt/mcp-gateway/samples/bin/sample#$sample#" -e "s#/srv/shared#$state/shared#" \
  "$here/gateway.yaml" >"$state/gateway.yaml"
cp "$here/policy.yaml" "$state/policy.yaml"

start gateway AUDIT_DIR= "$root/mcp-gateway/bin/mcp-gateway" serve --config "$state/gateway.yaml"
url=http://127.0.0.1:$port/mcp
audit_dir=$(sed -n 's/^AUDIT_DIR=//p' "$state/gateway.log")
# a verifier key belongs outside the log: whoever can change the log could change a key inside it
cp "$audit_dir/log.vkey" "$state/keys/audit.vkey"

mint() {
  "$sample" mint --state "$state/issuer" --sub alice --groups support --agent quickstart-agent \
    --scope "crm:read files:read" --resource "$url" --lifetime_s "$1"
}
mint 900 >"$state/agent.token"

echo
echo "An agent with the scopes crm:read and files:read, in the group support:"
result=0
"$sample" agent --gateway "$url" --token-file "$state/agent.token" || result=1

echo
echo "Another agent asks a model, with the same token at the same gateway; the model wants tools:"
"$sample" ask --gateway "$url" --token-file "$state/agent.token" --model assistant \
  --question "What has customer C-1001 said about an invoice?" | tee "$state/ask.log" || result=1

echo
echo "The story of that one question in the audit log, by its trace:"
trace=$(sed -n 's/^TRACE //p' "$state/ask.log")
"$root/mcp-gateway/bin/mcp-gateway" audit query "$audit_dir" --trace "$trace" | tee "$state/story.log" || result=1
# two questions to the model, two calls of tools: each with its intent and its outcome
[[ $(grep -c 'llm\.call\.' "$state/story.log") == 4 && $(grep -c 'tool\.call\.' "$state/story.log") == 4 ]] || result=1

echo
echo "The audit log of all that:"
"$root/mcp-gateway/bin/mcp-gateway" audit query "$audit_dir" || result=1
# the newest records are signed within a second
sleep 1.5
"$root/mcp-gateway/bin/mcp-gateway" audit verify "$audit_dir" --vkey "$state/keys/audit.vkey" || result=1
echo
echo "AUDIT_DIR=$audit_dir"
echo "AUDIT_VKEY=$state/keys/audit.vkey"

if $once; then
  ((result == 0)) && echo "quickstart: everything is as it should be" || echo "quickstart: something differs" >&2
  exit $result
fi

token=$(mint 3600)
cat <<TXT

The gateway stays up. Health: http://127.0.0.1:$admin/readyz   Metrics: http://127.0.0.1:$admin/metrics
Policy: edit $state/policy.yaml and watch the tool list change.

URL    $url
TOKEN  $token

Client configuration (Claude Code, Cursor, VS Code and others that take mcpServers):
{"mcpServers": {"gateway": {"type": "http", "url": "$url", "headers": {"Authorization": "Bearer $token"}}}}

A model, as any client of OpenAI asks it (base URL http://127.0.0.1:$port/v1, the token as its key):
curl -s http://127.0.0.1:$port/v1/chat/completions -H "Authorization: Bearer $token" -H "Content-Type: application/json" \\
  -d '{"model":"assistant","messages":[{"role":"user","content":"Hello"}]}'

MCP Inspector:
npx @modelcontextprotocol/inspector --cli $url --transport http --method tools/list --header "Authorization: Bearer $token"

curl:
curl -s $url -H "Authorization: Bearer $token" -H "Content-Type: application/json" \\
  -H "MCP-Protocol-Version: 2026-07-28" -H "Mcp-Method: tools/list" \\
  -d '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'

Ctrl-C ends everything.
TXT
wait "${children[-1]}"
