#!/usr/bin/env bash
# Kernels are compiled to the instructions they are written in
set -euo pipefail

tools/check_codegen.py
