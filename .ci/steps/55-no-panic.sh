#!/usr/bin/env bash
# No public function can panic
set -euo pipefail

tools/check_no_panic.sh
