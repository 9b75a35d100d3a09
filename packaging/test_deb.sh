#!/usr/bin/env bash
# Installs a built package into a root of its own and runs the program from there, as a user would.
# usage: test_deb.sh [--unpack-only] [DEB]      DEB: the newest in build/package by default
#   default        a fresh minimal Debian below a scratch directory, made with mmdebstrap from the mirror that this
#                  machine uses; apt installs the package with its dependencies. Needs root.
#   --unpack-only  unpacks the package into a scratch directory and runs it with this machine's libraries. Quick, and
#                  blind to a dependency that is missing from the package.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

clean_root=1
if [ "${1:-}" = --unpack-only ]; then
  clean_root=0
  shift
fi
deb=${1:-$(find "$here/build/package" -maxdepth 1 -name 'clipdex_*.deb' -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 1 | cut -d' ' -f2-)}
[ -f "$deb" ] || { echo "test_deb: there is no package; build it with ./dev package" >&2; exit 2; }

scratch=$(mktemp -d)
root="$scratch/root"
clean_up() {
  ! mountpoint --quiet "$root/proc" || umount "$root/proc"
  rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT

fail() { echo "test_deb: $1" >&2; exit 1; }

make_clean_root() {
  [ "$(id -u)" -eq 0 ] || fail "a clean root needs root; use --unpack-only to go without"
  command -v mmdebstrap >/dev/null || fail "mmdebstrap is missing; run ./dev setup"
  local mirror suite
  mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "main" && $1 ~ /\/debian\/?$/ { print $1; exit }')
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  [ -n "$mirror" ] || fail "no Debian mirror in this machine's apt configuration; use --unpack-only"
  mmdebstrap --quiet --variant=apt --mode=root "--customize-hook=cp '$deb' \"\$1/clipdex.deb\"" \
    --customize-hook='chroot "$1" apt-get install --yes --no-install-recommends /clipdex.deb' \
    "$suite" "$root" "$mirror" >"$scratch/log" 2>&1 ||
    { tail -n 30 "$scratch/log" >&2; fail "apt could not install the package into a clean root"; }
  # The program finds its libraries and its model by where it lies, which the system tells through /proc.
  mount -t proc proc "$root/proc"
}

# Runs a command inside the root (or beside it) with a home of its own and nothing else of this machine's environment.
inside() {
  if [ $clean_root = 1 ]; then
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"
  else
    env -i HOME="$scratch/home" PATH="$root/usr/bin:/usr/bin:/bin" LANG=C.UTF-8 "$@"
  fi
}

if [ $clean_root = 1 ]; then
  make_clean_root
  share=/usr/share
  work=/root
else
  mkdir -p "$root" "$scratch/home"
  dpkg-deb --extract "$deb" "$root"
  share="$root/usr/share"
  work="$scratch/home"
fi

echo "test_deb: $(basename "$deb"), $(inside clipdex --version)"

# Its libraries: none is missing, ONNX Runtime is the package's or the system's, nothing is from where it was built.
program=$(inside which clipdex)
libraries=$(inside bash -c 'ldd "$1" "$(dirname "$1")"/../lib/clipdex/clipdex-*.so' ldd "$program")
for module in fetch formats onnxruntime preview sha256 tokenizers; do
  grep -q "/clipdex-$module.so:" <<<"$libraries" || fail "the module $module is missing"
done
! grep -q 'not found' <<<"$libraries" || fail "libraries are missing: $(grep 'not found' <<<"$libraries")"
! grep -Eq "$here|/\.cache/" <<<"$libraries" || fail "the program loads libraries from where it was built: $libraries"
grep -Eq 'libonnxruntime.*=> .*(/lib/clipdex/|/usr/lib/[a-z0-9_]+-linux-gnu/)' <<<"$libraries" ||
  fail "ONNX Runtime is neither the package's nor the system's: $libraries"

# The first run: index the album, search it, with nothing but what the package brought.
inside clipdex index "$share/clipdex/samples/album" --library "$work/clip.db" || fail "indexing the album did not end with 0"
hits=$(inside clipdex search "a diagram" -k 3 --library "$work/clip.db" --paths) || fail "searching did not end with 0"
[[ $(basename "$(head -n 1 <<<"$hits")") == diagram_* ]] || fail "\"a diagram\" found first: $(head -n 1 <<<"$hits")"

# The ROS 2 nodes, on a graph of their own; and the prefix in which ROS 2's tools look for them.
ros=(env ROS_LOCALHOST_ONLY=1 "ROS_DOMAIN_ID=$((1 + $$ % 100))")
inside "${ros[@]}" clipdex launch clip_mode:=0 "clip_storage_folder:=$share/clipdex/samples/album" \
  "clip_db_file:=$work/nodes.db" 2>"$scratch/launch" || { cat "$scratch/launch" >&2; fail "filling a library through the nodes failed"; }
inside "${ros[@]}" clipdex launch clip_mode:=1 "clip_db_file:=$work/nodes.db" clip_topk:=3 "clip_text:=a diagram" \
  "clip_result_folder:=$work/result" 2>"$scratch/launch" || { cat "$scratch/launch" >&2; fail "searching through the nodes failed"; }
grep -q 'Query Result .*/diagram_' "$scratch/launch" || fail "the nodes found no diagram: $(cat "$scratch/launch")"
prefix="$(dirname "$share")/lib/clipdex/ros2"
inside bash -c '. "$1/setup.bash" && [ "$AMENT_PREFIX_PATH" = "$(realpath "$1")" ] &&
  for node in clip_encode_image/clip_encode_image clip_encode_text/clip_encode_text_node clip_manage/clip_manage; do
    package=${node%/*}
    [ -x "$1/lib/$node" ] && [ -f "$1/share/$package/package.xml" ] &&
      [ -f "$1/share/ament_index/resource_index/packages/$package" ] || exit 1
  done && [ -f "$1/share/clip_manage/launch/hobot_clip_manage.launch.py" ]' prefix "$prefix" ||
  fail "$prefix is not laid out as ROS 2's tools want it"

# A user's first mistakes end as the manual says.
status=0
inside clipdex search "a diagram" --library "$work/no-such.db" >/dev/null 2>&1 || status=$?
[ $status = 3 ] || fail "searching a library that is not there ended with $status, not 3"
status=0
inside clipdex no-such-command >/dev/null 2>&1 || status=$?
[ $status = 2 ] || fail "an unknown command ended with $status, not 2"

# What comes along: manual, completion, licences. (A minimal Debian leaves manuals out when packages are installed.)
contents=$(dpkg-deb --contents "$deb")
for path in man/man1/clipdex.1.gz bash-completion/completions/clipdex zsh/vendor-completions/_clipdex \
  doc/clipdex/copyright clipdex/models/demo/TERMS.md clipdex/samples/album/ATTRIBUTION.tsv; do
  grep -q " ./usr/share/$path\$" <<<"$contents" || fail "the package holds no usr/share/$path"
done
dpkg-deb --extract "$deb" "$scratch/unpacked"
warnings=$(MANROFFSEQ='' MANWIDTH=80 man --warnings --local-file "$scratch/unpacked/usr/share/man/man1/clipdex.1.gz" 2>&1 >/dev/null)
[ -z "$warnings" ] || fail "the manual page has mistakes: $warnings"
bash -c 'source "$1"; COMP_WORDS=(clipdex mod); COMP_CWORD=1; _clipdex; [ "${COMPREPLY[*]}" = model ]' \
  completion "$scratch/unpacked/usr/share/bash-completion/completions/clipdex" || fail "the completion of bash does not work"

echo "test_deb: \"a diagram\" found $(basename "$(head -n 1 <<<"$hits")") first; all is well"
