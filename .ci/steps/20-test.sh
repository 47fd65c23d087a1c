#!/usr/bin/env bash
# The test suite
set -euo pipefail

cargo test --release
