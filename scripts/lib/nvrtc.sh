# shellcheck shell=bash
# NVIDIA's compiler for GPU kernels, for tests on machines without the CUDA toolkit. Sourced after model.sh.

NVRTC_PACKAGE=nvidia-cuda-nvrtc
NVRTC_VERSION=13.0.88
NVRTC_MIB=400 # the package and the files taken out of it

has_nvrtc() {
  local home
  for home in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda; do
    [ -z "$home" ] || ! compgen -G "$home/lib64/libnvrtc.so.*" >/dev/null || return 0
  done
  return 1
}

fetched_nvrtc() { realpath -m "$(cache_dir)/nvrtc-$NVRTC_VERSION"; }

# Whether there is NVRTC; sets CUDA_HOME to its folder if it was fetched before.
find_nvrtc() {
  has_nvrtc && return 0
  [ -e "$(fetched_nvrtc)/lib64/libnvrtc.so.13" ] || return 1
  CUDA_HOME=$(fetched_nvrtc)
  export CUDA_HOME
}

# Sees to it that find_nvrtc finds it: it comes from PyPI the first time. Tests that need it are skipped where it cannot
# be had.
fetch_nvrtc() {
  local dir work log
  if find_nvrtc; then
    say "== NVRTC: found"
    return
  fi
  dir=$(fetched_nvrtc)
  begin "Fetching NVRTC (86 MB) from the PyPI package $NVRTC_PACKAGE $NVRTC_VERSION"
  find_pip # sets pip_python
  mkdir -p "$(cache_dir)" || die "cannot make $(cache_dir): set TERN_CACHE_DIR to a directory where you may write"
  require_space "$(cache_dir)" "$NVRTC_MIB" "fetching NVRTC"
  log=$(log_file pip-nvrtc) || exit 1
  work=$(mktemp -d "$(cache_dir)/nvrtc.XXXXXX") || die "cannot write in $(cache_dir)"
  temporary_paths+=("$work")
  # shellcheck disable=SC2154
  if ! TMPDIR=$work "$pip_python" -m pip install --no-deps --no-cache-dir --only-binary :all: --target "$work/new" \
    "$NVRTC_PACKAGE==$NVRTC_VERSION" >"$log" 2>&1 </dev/null; then
    say "   not to be had (log: $log): tests that compile kernels for GPUs are skipped"
    return
  fi
  ln -s nvidia/cu13/lib "$work/new/lib64"
  rm -rf "$dir"
  mv "$work/new" "$dir" || die "cannot write $dir: make room or set TERN_CACHE_DIR"
  finish "kept in $(short_path "$dir")"
  find_nvrtc
}
