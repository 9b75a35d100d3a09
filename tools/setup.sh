#!/usr/bin/env bash
# Installs what building and testing clipdex needs and the machine lacks. Silent and quick when nothing is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One line a purpose; ARCHITECTURE.md says why each library was chosen.
packages=(
  g++ cmake ninja-build pkg-config ccache
  libvips-dev libturbojpeg0-dev libraw-dev
  libicu-dev libsimdjson-dev nlohmann-json3-dev zlib1g-dev
  libsqlite3-dev libsqlitecpp-dev
  libprotobuf-dev protobuf-compiler
  libxxhash-dev libssl-dev libhwy-dev libcurl4-openssl-dev
  libcli11-dev libspdlog-dev libfmt-dev libchafa-dev
  libfastrtps-dev libfastcdr-dev libyaml-cpp-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  clang clang-format clang-tidy libclang-rt-dev shellcheck
  dpkg-dev file man-db mmdebstrap iproute2
  python3 python3-numpy python3-onnx python3-pil
)

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
# ONNX Runtime comes as an npm package, unless the user names one of their own.
runtime_root="${XDG_CACHE_HOME:-$HOME/.cache}/clipdex/onnxruntime"
if [ -z "${ONNXRUNTIME_ROOT:-}" ] && [ ! -e "$runtime_root/LICENSE" ] && ! command -v npm >/dev/null; then
  missing+=(npm)
fi

if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: install these packages as root: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  echo "setup: installing ${#missing[@]} packages: ${missing[*]}" >&2
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: apt could not install the packages above; the whole log is $log" >&2
    exit 1
  fi
  rm -f "$log"
fi

[ -n "${ONNXRUNTIME_ROOT:-}" ] || "$here/tools/fetch_onnxruntime.sh" "$runtime_root"
