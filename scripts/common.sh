# shellcheck shell=bash
# Sourced by the scripts beside it: where the repository is, and how they talk.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs

say() {
    printf '\n== %s\n' "$*"
}

# die STATUS LINE...: ends with STATUS after printing the lines.
die() {
    local status=$1
    shift
    printf '%s: error: %s\n' "${0##*/}" "$1" >&2
    shift
    if (($#)); then
        printf '  %s\n' "$@" >&2
    fi
    exit "$status"
}

# logged NAME COMMAND...: runs the command with its output in build/logs/NAME.log; shows the log's end if it fails.
logged() {
    local log=$logs/$1.log started=$SECONDS
    shift
    mkdir -p "$logs"
    if ! "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die 1 "failed: $*" "the whole output is in $log"
    fi
    printf '   done in %d s\n' $((SECONDS - started))
}

# How many compilers to run at once: one a core, and no more than the memory holds at 1.5 GB each.
jobs() {
    local cores kilobytes fit
    cores=$(nproc)
    kilobytes=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
    fit=$((kilobytes / 1500000))
    ((fit >= 1)) || fit=1
    echo $((cores < fit ? cores : fit))
}

# configure PRESET [OPTION...]: runs CMake for a preset, whole whatever a build by hand left out; quick when nothing changed.
configure() {
    local preset=$1 options=(-DOCTET_BUILD_CLI=ON -DOCTET_BUILD_TESTS=ON)
    shift
    if command -v ccache >/dev/null; then
        options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    (cd "$root" && logged "configure-$preset" cmake --preset "$preset" "${options[@]}" "$@")
}

# build PRESET [TARGET...]: everything where no target is named.
build() {
    local preset=$1 targets=()
    shift
    if (($#)); then
        targets=(--target "$@")
    fi
    (cd "$root" && cmake --build --preset "$preset" --parallel "$(jobs)" "${targets[@]}") ||
        die 1 "the $preset build failed; the compiler's message is above"
}

# run_tests PRESET [CTEST OPTION...]: runs the tests and closes with "N passed, N failed" on a line of its own.
run_tests() {
    local preset=$1 results=$root/build/$1/tests.xml status=0 counts
    shift
    rm -f "$results"
    (cd "$root" && ctest --preset "$preset" --parallel "$(nproc)" --no-tests=error --output-junit "$results" "$@") ||
        status=$?
    [[ -f $results ]] || die 1 "ctest ran no test"
    counts=$(count_tests "$results")
    printf '\n%s\n' "$counts"
    return "$status"
}

# count_tests RESULTS...: adds up ctest's JUnit files.
count_tests() {
    awk 'FNR == 1 { in_header = 1 }
         /<testcase/ { in_header = 0 }
         in_header {
             line = $0
             while (match(line, /(tests|failures|disabled|skipped)="[0-9]+"/)) {
                 split(substr(line, RSTART, RLENGTH), pair, "\"")
                 sum[pair[1]] += pair[2]
                 line = substr(line, RSTART + RLENGTH)
             }
         }
         END {
             skipped = sum["disabled="] + sum["skipped="]
             printf "%d passed, %d failed", sum["tests="] - sum["failures="] - skipped, sum["failures="]
             if (skipped) printf ", %d skipped", skipped
             print ""
         }' "$@"
}
