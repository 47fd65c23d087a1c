#!/usr/bin/env bash
# Fails if a target has other bits than tests/golden.txt, or other levels than it should: builds
# tests/golden_targets for it, runs that and compares what it prints.
#
#     tools/check_same_bits.sh [CONFIGURATION/PROFILE...]    all of them by default
#
# Flags of a configuration are added to those of RUSTFLAGS.
#
# Runs on x86-64 Linux with AVX2. Installs nothing; each configuration says what it needs:
#     rustup target add aarch64-unknown-linux-musl i686-unknown-linux-musl \
#         thumbv7em-none-eabihf wasm32-wasip1
#     apt-get install gcc nodejs qemu-system-arm qemu-user
set -euo pipefail
cd "$(dirname "$0")/../tests/golden_targets"
export LC_ALL=C

configurations=(x86-64 x86-64-native i686 wasm wasm-simd128 aarch64 cortex-m4f)
target_directory=${CARGO_TARGET_DIR:-$PWD/target}

fail() {
    echo "$*" >&2
    exit 1
}

# Whether the CPU has all of these features, as Linux sees it.
cpu_has() { # FEATURE...
    local feature
    for feature; do
        grep --quiet --word-regexp "$feature" /proc/cpuinfo || return 1
    done
}

# The levels of an x86 with SSE2 and whatever the CPU has.
x86_levels() {
    local levels='scalar portable'
    if cpu_has avx2 fma; then
        levels+=' avx2'
        ! cpu_has avx512f avx512dq avx512bw avx512vl || levels+=' avx512'
    fi
    echo "$levels"
}

# What a configuration is: its target, flags, families, levels, and what runs its program.
configure() { # CONFIGURATION, PROFILE
    # Links without a C compiler for the target.
    local self_contained='-C linker=rust-lld -C link-self-contained=yes'
    flags='' families='fused|unfused' levels=$(x86_levels) runner=()
    case $1 in
        x86-64) target=x86_64-unknown-linux-gnu ;;
        x86-64-native) target=x86_64-unknown-linux-gnu flags='-C target-cpu=native' ;;
        i686) target=i686-unknown-linux-musl flags=$self_contained ;;
        wasm | wasm-simd128)
            target=wasm32-wasip1 families=unfused levels=scalar
            runner=(node --no-warnings wasi.mjs)
            [[ $1 == wasm ]] || flags='-C target-feature=+simd128' levels='scalar portable'
            # V8 takes longer to optimise such a program than to run it.
            [[ $2 == release ]] || runner=(node --liftoff-only "${runner[@]:1}")
            ;;
        aarch64)
            target=aarch64-unknown-linux-musl flags=$self_contained levels='scalar portable'
            runner=(qemu-aarch64)
            ;;
        cortex-m4f)
            target=thumbv7em-none-eabihf families=unfused levels=scalar
            flags="-C link-arg=-Tlink.x -L $PWD"
            runner=(qemu-system-arm -machine mps2-an386 -nographic -semihosting -kernel)
            ;;
        *) fail "no configuration is called $1: there are ${configurations[*]}" ;;
    esac
}

# Fails if something is missing for a configuration.
need() {
    if [[ $target == *86* ]] && ! cpu_has avx2; then
        fail "$1 needs a CPU with AVX2"
    fi
    [[ -d $(rustc --print target-libdir --target "$target") ]] ||
        fail "$1 needs: rustup target add $target"
    [[ ${#runner[@]} == 0 ]] || command -v "${runner[0]}" >/dev/null ||
        fail "$1 needs ${runner[0]}"
}

# Builds, runs and compares: every level of the configuration and every function of the families must be
# there, and nothing else.
check() { # CONFIGURATION/PROFILE
    local target flags families levels runner profile=${1#*/} program output found hashes
    local times=($SECONDS)
    configure "${1%/*}" "$profile"
    need "$1"
    case $profile in
        debug) RUSTFLAGS="${RUSTFLAGS-} $flags" cargo build --quiet --locked --target "$target" ;;
        release) RUSTFLAGS="${RUSTFLAGS-} $flags" cargo build --quiet --locked --release --target "$target" ;;
        *) fail "no profile is called $profile: there are debug release" ;;
    esac
    times+=($SECONDS)
    program=$target_directory/$target/$profile/golden_targets
    [[ $target != wasm32* ]] || program+=.wasm
    # A fault of a microcontroller ends in a loop.
    output=$(timeout 600 "${runner[@]}" "$program") || fail "$1: the program failed"
    times+=($SECONDS)
    found=$(head --lines=1 <<<"$output")
    # Each name has a blank behind it.
    found=${found% }
    [[ $found == "$levels" ]] || fail "$1: the levels are $found, not $levels"
    # Levels of a family print the same lines.
    hashes=$(tail --lines=+2 <<<"$output" | sort --unique)
    diff <(grep --extended-regexp " short ($families) " ../golden.txt | sort) <(echo "$hashes") ||
        fail "$1: other bits (>) than those on record (<)"
    echo "$1: the same bits at $found" \
        "(built in $((times[1] - times[0])) s, ran $((times[2] - times[1])) s)"
}

[[ $# != 0 ]] || set -- "${configurations[@]/%//debug}" "${configurations[@]/%//release}"
for configuration; do
    check "$configuration"
done
