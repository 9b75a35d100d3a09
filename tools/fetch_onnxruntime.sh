#!/usr/bin/env bash
# Puts ONNX Runtime (headers and shared library) into one directory, once: <root>/include and <root>/lib.
# Library: Microsoft's own build, as the npm package onnxruntime-node carries it for x86-64 and arm64.
# Headers: those of Debian 13's libonnxruntime-dev. They are older than the library, which is the allowed order:
# a program built against API version N runs on every later library.
# Both are checked against the hashes below before anything is put in place.
set -euo pipefail

npm_version=1.24.3
npm_sha256=aa1bb5fa261ea68de05dd53efbba210cd7adf2d2850f4c3a201054c74cc78040
header_suite=trixie
header_package=libonnxruntime-dev
header_names="onnxruntime_c_api.h onnxruntime_cxx_api.h onnxruntime_cxx_inline.h onnxruntime_float16.h
  onnxruntime_run_options_config_keys.h onnxruntime_session_options_config_keys.h"
headers_sha256=37e5bdbd0dbca391b3feee75608490c82755c448978cec085ee20b0ba9e378e9

root=${1:?usage: fetch_onnxruntime.sh ROOT}
stamp="$root/.complete-$npm_version-${headers_sha256:0:12}"
[ -e "$stamp" ] && exit 0

fail() { echo "fetch_onnxruntime: $1" >&2; exit 1; }

case "$(uname -m)" in
  x86_64) npm_arch=x64 ;;
  aarch64) npm_arch=arm64 ;;
  *) fail "there is no ONNX Runtime package for $(uname -m); build it yourself and set ONNXRUNTIME_ROOT" ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/out/include" "$scratch/out/lib"

fetch_library() {
  command -v npm >/dev/null || fail "npm is missing; run ./dev setup"
  (cd "$scratch" && npm pack --silent "onnxruntime-node@$npm_version" >/dev/null 2>"$scratch/npm.log") ||
    { cat "$scratch/npm.log" >&2; fail "the npm registry did not give onnxruntime-node@$npm_version"; }
  local archive="$scratch/onnxruntime-node-$npm_version.tgz"
  echo "$npm_sha256  $archive" | sha256sum --check --status ||
    fail "onnxruntime-node-$npm_version.tgz does not have the pinned SHA-256; nothing was installed"
  tar -xzf "$archive" -C "$scratch" --wildcards "package/bin/napi-v*/linux/$npm_arch/libonnxruntime.so.1"
  mv "$scratch"/package/bin/napi-v*/linux/"$npm_arch"/libonnxruntime.so.1 "$scratch/out/lib/"
  ln -s libonnxruntime.so.1 "$scratch/out/lib/libonnxruntime.so"
}

# Debian 13 is read from the mirror that this machine already uses, through a private apt directory, so that
# the machine's own package lists stay as they are.
fetch_headers() {
  local mirror apt="$scratch/apt"
  mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "main" && $1 ~ /\/debian\/?$/ { print $1; exit }')
  [ -n "$mirror" ] || fail "no Debian mirror in this machine's apt configuration; set ONNXRUNTIME_ROOT to an ONNX Runtime of your own"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$scratch/deb"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $header_suite main" >"$apt/sources.list"
  local options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null
    -o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache"
    -o APT::Sandbox::User=root -qq)
  apt-get "${options[@]}" update
  (cd "$scratch/deb" && apt-get "${options[@]}" download "$header_package")
  dpkg-deb --extract "$scratch"/deb/*.deb "$scratch/headers"
  local from name
  from=$(dirname "$(find "$scratch/headers" -name onnxruntime_c_api.h | head -n 1)")
  for name in $header_names; do
    cp "$from/$name" "$scratch/out/include/"
  done
  cp "$scratch/headers/usr/share/doc/$header_package/copyright" "$scratch/out/LICENSE"
  local found
  found=$(cd "$scratch/out/include" && sha256sum -- *.h | sha256sum | cut -d' ' -f1)
  [ "$found" = "$headers_sha256" ] ||
    fail "the headers of $header_package in $header_suite changed (their digest is $found); review them, then change the pin in $0"
}

fetch_library
fetch_headers
mkdir -p "$root"
cp -a "$scratch/out/." "$root/"
touch "$stamp"
echo "ONNX Runtime $npm_version is in $root" >&2
