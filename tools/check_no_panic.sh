#!/usr/bin/env bash
# Fails if a public function can panic: links tests/no_panic, whose panic handler cannot be linked.
set -euo pipefail
cd "$(dirname "$0")/../tests/no_panic"

link() { # target, opt-level, further arguments
    # Spelt out as in check_codegen.py, so that both take the same builds.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=$2 CARGO_PROFILE_RELEASE_LTO=false \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo build --quiet --locked --release --target "$1" "${@:3}"
}

# That the check can fail: a deliberate panic must not link, for want of the handler's symbol.
must_not_link() { # target, opt-level
    local output
    if output=$(link "$1" "$2" --features deliberate_panic 2>&1); then
        echo "$1, opt-level $2: a panic went unnoticed" >&2
        return 1
    fi
    if ! grep --quiet 'undefined.*some_function_can_panic' <<<"$output"; then
        echo "$output" >&2
        return 1
    fi
}

check() { # target, opt-level
    link "$1" "$2"
    must_not_link "$1" "$2"
    echo "$1, opt-level $2: no panic"
}

check x86_64-unknown-linux-gnu 3
check x86_64-unknown-linux-gnu s
check thumbv7em-none-eabihf s
