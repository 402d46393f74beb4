#!/usr/bin/env bash
# Models through the gateway, with SDKs and frameworks that are not ours: samples/acceptance/models.sh
#
# Installs, under target/npm with exact pins, the SDKs of OpenAI, Anthropic and Google, three frameworks for agents and a
# provider of models that is not ours (aimock), and under target/coding three coding agents (940 MB); builds the gateway if needed; starts provider and gateway on free loopback
# ports and lets every protocol call every provider, with a virtual key as the SDK's API key. What the provider counted,
# cached and reasoning tokens too, must stand in the ledger (`mcp-gateway usage`) and in the audit log, and so must its
# price, to the nano-USD. Logs stand under target/models. The last line is "N passed, N failed"; the exit code is 0 only
# if nothing failed and no case was left out.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"

case ${1-} in
  -h | --help)
    print_help "${BASH_SOURCE[0]}"
    exit 0
    ;;
  '') ;;
  *) fail "takes no argument $1 (try --help)" ;;
esac
install_packages
install_pins "$here/models/coding" "$here/target/coding"
build_gateway
# Everything is on loopback; where it is allowed, nothing else is there, whatever a coding agent would ask beside.
if [[ $(id -u) == 0 && -z ${MODELS_WITHOUT_A_WAY_OUT-} ]] && unshare -n ip link set lo up 2>/dev/null; then
  export MODELS_WITHOUT_A_WAY_OUT=yes
  exec unshare -n bash -c 'ip link set lo up && exec "$@"' bash "$0"
fi
run_program "$here/models/run.mjs"
