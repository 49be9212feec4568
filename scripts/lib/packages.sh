# shellcheck shell=bash
# The Debian packages that Tern is built from. Sourced after say.sh.
#
# The list is the only one there is: docs/GettingStarted.md points here. Asking whether all are installed takes a few
# hundredths of a second and no network, so every script asks every time.

DEBIAN_PACKAGES=(
  # compiler, build and the LLVM that Tern is written against
  clang-22 lld-22 liblld-22-dev llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools libclang-rt-22-dev
  cmake ninja-build ccache pkg-config libzstd-dev zlib1g-dev
  # libraries
  nlohmann-json3-dev libcli11-dev libonig-dev libicu-dev libxxhash-dev
  # tests
  libgtest-dev libgmock-dev valgrind
  # kernels for aarch64, run by an emulator
  qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  # the model comes from PyPI
  python3 python3-pip ca-certificates
)
PACKAGES_MIB=3000 # what they occupy on a bare system, with room for the downloads

missing_packages() {
  local installed
  # dpkg-query fails when it does not know a package, which is an answer here, not an error.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${DEBIAN_PACKAGES[@]}" 2>/dev/null || true)
  comm -23 <(printf '%s\n' "${DEBIAN_PACKAGES[@]}" | sort) \
    <(printf '%s\n' "$installed" | sed -n 's/^installed //p' | sort -u)
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

require_debian_12() {
  local id='' version='' name='an unknown system'
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-$ID}")
  fi
  [ "$id" = debian ] && [ "$version" = 12 ] && return
  die "packages are installed on Debian 12 only and this is $name: install LLVM and MLIR 22, clang 22 and the" \
    "libraries listed in scripts/lib/packages.sh, then run $SCRIPT_NAME --no-install"
}

require_root() {
  local install="apt-get install --no-install-recommends $*"
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null || die "installing Debian packages needs root and there is no sudo: as root, run: $install"
  say "   sudo is used for apt-get, and for nothing else"
  # Without a terminal nobody can type a password.
  if ! [ -t 0 ] && ! sudo -n true 2>/dev/null; then
    die "sudo asks for a password and there is no terminal to type it on: as root, run: $install"
  fi
}

# explain_apt_failure LOG SENTENCE: from what apt-get printed to what the user can do; SENTENCE if that says nothing.
explain_apt_failure() {
  local unreachable='Temporary failure resolving|Could not resolve|[Cc]ould not connect|Network is unreachable'
  unreachable+='|Failed to fetch|timed out'
  tail -n 5 "$1" >&2
  if grep -qE 'No space left|enough free space' "$1"; then
    die "the disk is full: make room for $PACKAGES_MIB MiB and run this again (log: $1)"
  elif grep -qE 'Could not get lock|is another process using it' "$1"; then
    die "another program is installing packages: wait until it ends and run this again (log: $1)"
  elif grep -qE "$unreachable" "$1"; then
    die "apt-get cannot reach its package servers: connect the machine, or set apt's proxy, and run this" \
      "again (log: $1)"
  fi
  die "$2 (log: $1)"
}

# unknown_packages NAME...: those that apt could not install from what it knows.
unknown_packages() {
  comm -23 <(printf '%s\n' "$@" | sort) <(apt-cache "${apt_options[@]}" policy "$@" |
    awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) } $1 == "Candidate:" && $2 != "(none)" { print name }' | sort)
}

# The server that Debian's security suite lies on, beside the archive that this machine's apt already uses.
security_archive() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    sed -n 's|/debian/*$|/debian-security|p' | head -n 1
}

# LLVM 22 is in Debian 12's security suite. A machine made without that suite gets it for this one call of apt-get,
# from files that are removed afterwards: what the machine's apt is set to stays as it is.
add_security_suite() {
  local log=$1 parts archive
  archive=$(security_archive)
  [ -n "$archive" ] || return 0 # what stays unknown is said afterwards
  parts=$(mktemp -d) || die "cannot make a temporary directory: make room in ${TMPDIR:-/tmp}"
  temporary_paths+=("$parts")
  chmod 755 "$parts" # apt reads it as another user
  mkdir "$parts/sources" "$parts/lists"
  cp /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources "$parts/sources" 2>/dev/null || true
  echo "deb $archive bookworm-security main" >"$parts/sources/bookworm-security.list"
  apt_options=(-o "Dir::Etc::SourceParts=$parts/sources" -o "Dir::State::Lists=$parts/lists"
    -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=")
  say "   apt does not know the suite bookworm-security, where Debian 12 has LLVM 22: used for this installation only"
  as_root apt-get "${apt_options[@]}" update >>"$log" 2>&1 || true
}

# Installs what is missing and nothing else; returns at once when nothing is.
install_packages() {
  local missing unknown log
  apt_options=()
  command -v dpkg-query >/dev/null || require_debian_12
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -eq 0 ]; then
    say "== Debian packages: all ${#DEBIAN_PACKAGES[@]} are installed"
    return
  fi
  require_debian_12
  begin "Installing ${#missing[@]} Debian packages (a few minutes): ${missing[*]}"
  require_root "${missing[@]}"
  require_space /usr "$PACKAGES_MIB" "installing LLVM and the libraries"
  log=$(log_file apt) || exit 1
  # An update that failed for one of several sources may still be good enough: what apt knows then decides.
  as_root apt-get update >"$log" 2>&1 || true
  mapfile -t unknown < <(unknown_packages "${missing[@]}")
  if [ ${#unknown[@]} -gt 0 ]; then
    add_security_suite "$log"
    mapfile -t unknown < <(unknown_packages "${missing[@]}")
  fi
  [ ${#unknown[@]} -eq 0 ] || explain_apt_failure "$log" \
    "apt does not know ${unknown[*]}: add the suites bookworm and bookworm-security (component main) of your Debian \
mirror to /etc/apt/sources.list and run this again"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" install --yes --no-install-recommends \
    "${missing[@]}" >>"$log" 2>&1 </dev/null ||
    explain_apt_failure "$log" "apt-get could not install the packages: mend what it says and run this again"
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || die "apt-get ended well but these packages are missing: ${missing[*]} (log: $log)"
  finish "installed"
}
