#!/usr/bin/env bash
# The package builds
set -euo pipefail

cargo package --locked --allow-dirty
