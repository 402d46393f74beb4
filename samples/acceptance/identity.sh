#!/usr/bin/env bash
# Who calls, with a real identity provider: samples/acceptance/identity.sh
#
# Installs, under target/npm with exact pins, npm oidc-provider, two MCP clients and Node 22; builds the gateway and the
# samples if needed; starts three providers (two trusted ones that give differently shaped tokens, and a stranger), a
# server and the gateway on free loopback ports. Logs stand under target/identity. The last line is "N passed, N failed"; the
# exit code is 0 only if nothing failed and no case was left out.
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
run_program "$here/identity/run.mjs"
