#!/usr/bin/env bash
# Who calls, with a real identity provider: samples/acceptance/identity.sh [--only GROUP,…]
#
#   --only   these groups of cases alone: files of identity/ without .mjs, as samples/README.md lists them;
#            "traces" looks at what all the others left behind and needs them
#
# Installs, under target/npm with exact pins, npm oidc-provider, two MCP client libraries and Node 22; builds the gateway and
# the samples if needed; starts providers (two trusted ones that give differently shaped tokens, a stranger, and
# authorization servers of servers behind the gateway), servers and gateways on free loopback ports. Where there is a
# Chromium (/usr/bin/chromium, or what CHROMIUM names), users' pages are tried in it, too. About six minutes. Logs and
# pictures stand under target/identity. The last line is "N passed, N failed"; the exit code is 0 only if nothing failed
# and no case was left out.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  print_help "${BASH_SOURCE[0]}"
  exit 0
fi
command -v openssl >/dev/null || fail "openssl is needed for the certificates"
install_packages
build_gateway
run_program "$here/identity/run.mjs" "$@"
