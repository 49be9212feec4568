# shellcheck shell=bash
# How the scripts of this folder speak: what is being done, how long it took, and one sentence when it cannot be done.
# Sourced, not run.

TERN_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCRIPT_NAME=scripts/$(basename "$0")
LOG_DIR=$TERN_ROOT/build/logs

# Tools are parsed and text is compared, so the user's language must not matter; file names and models are UTF-8.
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*"; }

# The sentence that ends a script: the rule, the evidence, what to do.
die() {
  printf '%s: %s\n' "$SCRIPT_NAME" "$*" >&2
  exit 1
}

# A wrong command line is not the machine's fault, so it has a status of its own.
usage_error() {
  printf '%s: %s; see %s --help\n' "$SCRIPT_NAME" "$*" "$SCRIPT_NAME" >&2
  exit 2
}

# require_value OPTION "$@": the option's value must follow it.
require_value() { [ $# -ge 2 ] || usage_error "$1 needs a value"; }

require_count() { [[ $2 =~ ^[1-9][0-9]{0,3}$ ]] || usage_error "$1 needs a number from 1 to 9999, not '$2'"; }

# seconds_text 75 -> "1 min 15 s"
seconds_text() {
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# begin "Building Tern"; ...; finish "built": a step and the time it took.
begin() {
  step_started=$SECONDS
  printf '== %s\n' "$*"
}

finish() { printf '   %s in %s\n' "$*" "$(seconds_text $((SECONDS - step_started)))"; }

# log_file NAME prints a path for the output of a program that is shown only when it fails.
log_file() {
  mkdir -p "$LOG_DIR" || die "cannot make $LOG_DIR: give the repository a place where you may write"
  printf '%s/%s.log' "$LOG_DIR" "$1"
}

# Paths that must not outlive the script, however it ends.
temporary_paths=()
remove_temporary_paths() {
  [ ${#temporary_paths[@]} -eq 0 ] || rm -rf -- "${temporary_paths[@]}"
}
trap remove_temporary_paths EXIT
# Bash runs the EXIT trap on a signal only if the signal ends the script through exit.
trap 'exit 130' INT
trap 'exit 143' TERM

# free_mib DIR prints the free space in MiB where DIR is, or will be, made.
free_mib() {
  local dir=$1
  while [ ! -e "$dir" ]; do dir=$(dirname "$dir"); done
  df -Pm "$dir" | awk 'NR == 2 { print $4 }'
}

# require_space DIR MIB WHAT
require_space() {
  local free
  free=$(free_mib "$1")
  [ "$free" -ge "$2" ] || die "$3 needs $2 MiB of disk space and $1 has $free MiB free: make room and run this again"
}
