#!/usr/bin/env bash
# The oldest supported Rust
set -euo pipefail

cargo +1.89 check --locked
