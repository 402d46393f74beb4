#!/usr/bin/env bash
# Models through the gateway, with the SDKs of OpenAI and Anthropic: samples/acceptance/models.sh
#
# Installs, under target/npm with exact pins, both SDKs and a provider of models that is not ours (aimock); builds the
# gateway if needed; starts provider and gateway on free loopback ports and lets the SDKs call, with a virtual key as their
# API key. Logs stand under target/models. The last line is "N passed, N failed"; the exit code is 0 only if nothing failed
# and no case was left out.
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
run_program "$here/models/run.mjs"
