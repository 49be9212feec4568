# shellcheck shell=bash
# shellcheck disable=SC2154 # build_jobs is set by build.sh
# Runs tests of each kind and adds up what came of them. Sourced after say.sh and build.sh.
#
# Whatever a runner does, silence is not success: a result file that is missing, or names no test, counts as a failure.

passed=0 failed=0 skipped=0
failures=() # names, for the end

TEST_MINUTES=15 # a runner that takes longer hangs

# However the script ends, its last line is the count: a run that stopped early has failed.
reported=no
count_on_exit() {
  remove_temporary_paths
  [ $reported = yes ] || count_line $((failed + 1))
}
trap count_on_exit EXIT

# count_line FAILED
count_line() {
  printf '%d passed, %d failed' "$passed" "$1"
  [ $skipped -eq 0 ] || printf ', %d skipped' "$skipped"
  printf '\n'
}

count_pass() { passed=$((passed + 1)); }

count_failure() {
  failed=$((failed + 1))
  failures+=("$1")
  printf '   FAILED: %s\n' "$1"
}

# count_results RUNNER FILE WHERE: adds the counts that results.py reads from FILE.
count_results() {
  local lines counts name
  if ! mapfile -t lines < <(python3 "$TERN_ROOT/scripts/lib/results.py" "$1" "$2") || [ ${#lines[@]} -eq 0 ]; then
    count_failure "$3 left no results"
    return
  fi
  read -r -a counts <<<"${lines[0]}"
  if [ $((counts[0] + counts[1] + counts[2])) -eq 0 ]; then
    count_failure "$3 ran no test"
    return
  fi
  passed=$((passed + counts[0]))
  skipped=$((skipped + counts[2]))
  for name in "${lines[@]:1}"; do count_failure "$3: $name"; done
  printf '   %s: %d passed, %d failed, %d skipped\n' "$3" "${counts[@]}"
}

# count_ctest BUILD_DIR LABEL: tests with the label, or all if it is empty.
count_ctest() {
  local results=$1/ctest-results.xml
  rm -f "$results"
  # The counts come from the result file; ctest prints only what failed.
  timeout --kill-after=10 "${TEST_MINUTES}m" ctest --test-dir "$1" --output-junit "$results" --output-on-failure \
    --parallel "$build_jobs" --timeout 300 --quiet --label-regex "$2" </dev/null || true
  count_results ctest "$results" "unit tests of $(basename "$1")"
}

# count_lit BUILD_DIR
count_lit() {
  local results=$1/lit-results.json
  rm -f "$results"
  timeout --kill-after=10 "${TEST_MINUTES}m" /usr/lib/llvm-22/bin/lit -sv -j "$build_jobs" \
    -o "$results" "$1/test" </dev/null || true
  count_results lit "$results" "lit tests of $(basename "$1")"
}

# count_fuzzer PROGRAM RUNS: XFuzzer starts from the seeds in test/fuzz/corpus/x, with the words of test/fuzz/x.dict if
# there are any; a find is left in finds/ of the build folder.
count_fuzzer() {
  local name what seeds work log words=() finds=${1%/bin/*}/finds
  name=$(basename "$1")
  what=$(printf '%s' "${name%Fuzzer}" | tr '[:upper:]' '[:lower:]')
  seeds=$TERN_ROOT/test/fuzz/corpus/$what
  [ ! -e "$TERN_ROOT/test/fuzz/$what.dict" ] || words=(-dict="$TERN_ROOT/test/fuzz/$what.dict")
  if [ ! -d "$seeds" ]; then
    count_failure "$name has no seeds: make $seeds"
    return
  fi
  log=$(log_file "$name") || exit 1
  work=$(mktemp -d)
  temporary_paths+=("$work")
  mkdir -p "$finds"
  if timeout --kill-after=10 "${TEST_MINUTES}m" "$1" -runs="$2" "${words[@]}" \
    -artifact_prefix="$finds/" "$work" "$seeds" >"$log" 2>&1 </dev/null; then
    count_pass
  else
    tail -n 30 "$log"
    count_failure "$name (log: $log; inputs found: $finds)"
  fi
  rm -rf "$work"
}

# The end of a test run: what failed, then the count. The status says whether all is well.
report() {
  reported=yes
  say "== Tests took $(seconds_text $SECONDS)"
  [ $failed -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
  count_line $failed
  [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
