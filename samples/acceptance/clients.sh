#!/usr/bin/env bash
# The gateway among programs that are not ours: samples/acceptance/clients.sh
#
# Installs, under target/npm with exact pins, three MCP clients, MCP servers, an identity provider and Node 22; builds
# the gateway and the samples if needed; starts the provider, the servers and two gateways on free loopback ports and lets
# the clients call. Logs stand under target/clients. The last line is "N passed, N failed"; the exit code is 0 only if
# nothing failed and no case was left out.
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
build_gateway
run_program "$here/clients/run.mjs"
