# shellcheck shell=bash
# Configuring and building with the presets of CMakePresets.json. Sourced after say.sh.

JOB_MIB=1500 # memory of the largest compiler process, with room

# shellcheck disable=SC2034 # for the scripts that source this file
# Disk space of a whole build, with room.
DEV_BUILD_MIB=1000 ASAN_BUILD_MIB=2000 RUNTIME_BUILD_MIB=200

# Memory that a build may use, in MiB: what is free, and no more than the control group's limit.
available_mib() {
  local mib limit
  mib=$(awk '/^(MemAvailable|SwapFree):/ { sum += $2 } END { print int(sum / 1024) }' /proc/meminfo)
  for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    # Without a limit the first says "max", the second a number far past any machine's memory.
    [ -r "$limit" ] && [[ $(<"$limit") =~ ^[0-9]{1,15}$ ]] && [ $((BASH_REMATCH[0] >> 20)) -lt "$mib" ] &&
      mib=$((BASH_REMATCH[0] >> 20))
  done
  echo "$mib"
}

build_jobs=1
# Sets build_jobs: what --jobs said, or as many as there are cores and memory for.
choose_jobs() {
  local mib
  mib=$(available_mib)
  build_jobs=${requested_jobs:-$(nproc)}
  [ -n "${requested_jobs:-}" ] || [ $((mib / JOB_MIB)) -ge "$build_jobs" ] || build_jobs=$((mib / JOB_MIB))
  [ "$mib" -ge "$JOB_MIB" ] ||
    die "a compiler process needs up to $JOB_MIB MiB of memory and $mib MiB are free: stop other programs or add swap"
}

# ccache wants a home; where there is none to write to, the repository has room.
set_up_ccache() {
  if ! command -v ccache >/dev/null || [ -n "${CCACHE_DIR:-}" ]; then return 0; fi
  [ -w "${HOME:-/nonexistent}" ] || export CCACHE_DIR="$TERN_ROOT/.cache/ccache"
}

# Pretty sentences for the usual reasons why CMake or Ninja stop.
explain_build_failure() {
  if grep -qE 'No space left on device' "$1"; then
    die "the disk is full: make room in $TERN_ROOT and run this again (log: $1)"
  elif grep -qE 'different (directory|source)|is not a directory$' "$1"; then
    die "$2 was configured for another place: remove that folder and run this again (log: $1)"
  elif grep -qE '(Killed|terminated by signal 9|out of memory|bad_alloc)' "$1"; then
    die "the compiler ran out of memory: run $SCRIPT_NAME --jobs 1 (log: $1)"
  fi
}

# Reads Ninja's output: all of it goes into the file $1, to the screen go errors, warnings and, twice a minute (on a
# terminal always, on one line), how far the build is.
show_progress() {
  local log=$1 line next=0
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    if [[ $line != \[[0-9]*/[0-9]*\]* ]]; then
      # CMake, which Ninja runs again when its files change, may be as brief.
      [[ $line == ninja:* || $line == '-- '* || $line == 'Preset CMake'* ]] || printf '%s\n' "$line"
    elif [ -t 1 ]; then
      printf '\r\033[K   %.100s' "$line"
    elif [ "$SECONDS" -ge "$next" ]; then
      printf '   %s\n' "$line"
      next=$((SECONDS + 30))
    fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

# configure DIR ARGUMENTS...: runs CMake unless DIR was configured with the same arguments before; from then on Ninja
# itself notices changed CMake files.
configure() {
  local dir=$1 log stamp
  shift
  stamp=$dir/configured-with
  if [ -e "$dir/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$*" ]; then return 0; fi
  log=$(log_file "cmake-$(basename "$dir")") || exit 1
  (cd "$TERN_ROOT" && cmake "$@") >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    explain_build_failure "$log" "$dir"
    return 1
  }
  printf '%s' "$*" >"$stamp"
}

# build DIR MIB TARGETS...: runs Ninja, after looking whether disk and memory suffice if there is work to do.
build() {
  local dir=$1 mib=$2 log status=0
  shift 2
  ninja -C "$dir" -n "$@" 2>/dev/null | grep -q 'no work to do' && return 0
  require_space "$dir" "$mib" "building in $dir"
  choose_jobs
  log=$(log_file "ninja-$(basename "$dir")") || exit 1
  : >"$log"
  ninja -C "$dir" -j "$build_jobs" "$@" 2>&1 </dev/null | show_progress "$log" || status=1
  [ $status -eq 0 ] || explain_build_failure "$log" "$dir"
  return $status
}
