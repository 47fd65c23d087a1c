#!/usr/bin/env bash
# The package builds, and holds what users need
set -euo pipefail

cargo package --locked --allow-dirty
