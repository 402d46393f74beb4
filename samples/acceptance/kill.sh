#!/usr/bin/env bash
# Kills the gateway under load: samples/acceptance/kill.sh [--rounds N] [--seed N]
#
#   --rounds N   how often the gateway is killed; 50 unless given
#   --seed N     the seed of all random instants; printed, so that a run can be repeated
#
# 48 connections call a tool without pause and 12 call models, whole and streamed, with virtual keys and budgets; a journal is
# kept of the calls that were acknowledged. The gateway is ended with SIGKILL at random instants, also while it starts, and
# started again on the same files. Each time the log must verify and the ledger have every acknowledged call; at the end the
# log must hold all of them and all that the server and the provider got, the ledger must be the log's sum to the nano-USD, no
# budget may be overspent, and programs that are not ours must accept the log (audit/verify-external.sh). The last line is
# "N passed, N failed".
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  print_help "${BASH_SOURCE[0]}"
  exit 0
fi
install_packages
build_gateway
run_program "$here/kill/run.mjs" "$@"
