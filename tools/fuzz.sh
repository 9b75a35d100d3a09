#!/usr/bin/env bash
# Builds the fuzz targets (fuzz/NAME.cpp, preset `fuzz`, clang) and runs each of them for a while.
# usage: fuzz.sh [SECONDS] [NAME...]    60 seconds a target and all targets by default
# Seeds lie in fuzz/corpus/NAME, a dictionary in fuzz/NAME.dict, both where there is one; what a run learns stays in
# build/fuzz/corpus/NAME for the next. A finding is kept below build/fuzz/findings and makes the exit status 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: '$seconds' is no number of seconds; usage: fuzz.sh [SECONDS] [NAME...]" >&2; exit 2; }
shift || true
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in fuzz/*.cpp; do
    [ ! -e "$source" ] || names+=("$(basename "$source" .cpp)")
  done
fi
[ ${#names[@]} -gt 0 ] || { echo "fuzz: there is no target in fuzz/" >&2; exit 2; }
jobs=${CLIPDEX_JOBS:-$(nproc)}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { { [ -e build/fuzz/build.ninja ] || cmake --preset fuzz; } &&
  cmake --build build/fuzz --parallel "$jobs" --target "${names[@]/#/fuzz_}"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "fuzz: the targets did not build" >&2
  exit 1
fi

# One line a target; the last lines of its output when it found something.
run_target() {
  local name=$1 seconds=$2 started=$SECONDS
  local corpus="build/fuzz/corpus/$name" output="build/fuzz/$name.log" runs
  mkdir -p "$corpus" build/fuzz/findings
  local arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="build/fuzz/findings/$name-" "$corpus")
  [ ! -d "fuzz/corpus/$name" ] || arguments+=("fuzz/corpus/$name")
  [ ! -e "fuzz/$name.dict" ] || arguments+=("-dict=fuzz/$name.dict")
  if "build/fuzz/bin/fuzz_$name" "${arguments[@]}" >"$output" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$output")
    echo "fuzz: $name: no finding in $((SECONDS - started)) s, ${runs:-0} inputs"
  else
    tail -n 60 "$output"
    echo "fuzz: $name: FINDING; the input is in build/fuzz/findings, the whole log in $output"
    return 1
  fi
}
export -f run_target
export LSAN_OPTIONS="suppressions=$PWD/tools/sanitizers/leaks.supp:print_suppressions=0"

printf '%s\0' "${names[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'run_target "$2" "$1"' fuzz "$seconds"
