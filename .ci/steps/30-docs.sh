#!/usr/bin/env bash
# Documentation, without warnings
set -euo pipefail

RUSTDOCFLAGS='--deny warnings' cargo doc --locked --release --no-deps
