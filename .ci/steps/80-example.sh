#!/usr/bin/env bash
# The language model learns, and says what is wrong with a file
set -euo pipefail

directory=$(mktemp --directory)
trap 'rm --recursive "$directory"' EXIT

language_model() {
    cargo run --quiet --locked --release --example language_model -- \
        --output "$directory/curves.svg" "$@"
}

# Fails with a message of its own, which holds the given text.
fails() { # text, arguments
    local output
    if output=$(language_model "${@:2}" 2>&1); then
        echo "succeeded: language_model ${*:2}" >&2
        return 1
    fi
    if ! grep --quiet "^error: .*$1" <<<"$output"; then
        echo "expected an error with '$1': $output" >&2
        return 1
    fi
}

language_model
grep --quiet '<svg' "$directory/curves.svg"

: >"$directory/empty"
printf '\377\376' >"$directory/binary"
fails missing "$directory/missing"
fails empty "$directory/empty"
fails UTF-8 "$directory/binary"
fails directory "$directory"
