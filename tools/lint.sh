#!/usr/bin/env bash
# Reads the tree without running it: rules of the tree, format, clang-tidy, shell scripts, Python files.
# usage: lint.sh [--changed [BASE]]   with --changed, clang-tidy reads only sources that differ from BASE (HEAD)
# Every part runs even when an earlier one found something; the exit status is 1 if any did.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
jobs=${CLIPDEX_JOBS:-$(nproc)}

changed_since=
case ${1:-} in
  "") ;;
  --changed) changed_since=${2:-HEAD} ;;
  *) echo "lint: there is no option '$1'; usage: lint.sh [--changed [BASE]]" >&2; exit 2 ;;
esac

# The files of the repository that match the patterns, NUL-separated, without those deleted but not yet committed.
files() {
  git ls-files -z --cached --others --exclude-standard -- "$@" |
    while IFS= read -r -d '' path; do [ ! -f "$path" ] || printf '%s\0' "$path"; done
}

shell_scripts() {
  files '*.sh' '*.bash' dev .ci/run
}

tidy_sources() {
  if [ -z "$changed_since" ]; then
    files 'src/*.cpp' | grep -zFf <(sed -n 's#.*"file": ".*/\(src/[^"]*\)".*#\1#p' build/dev/compile_commands.json)
  else
    { git diff --name-only -z --diff-filter=d "$changed_since" -- 'src/*.cpp'
      git ls-files -z --others --exclude-standard -- 'src/*.cpp'; }
  fi
}

check_format() {
  files '*.cpp' '*.hpp' | xargs -0 -r clang-format --dry-run --Werror
}

# The compiler's own commands of the preset dev; a source that no target builds would be read with wrong flags.
check_tidy() {
  [ -e build/dev/compile_commands.json ] || cmake --preset dev >/dev/null || return 1
  tidy_sources | xargs -0 -r -n 1 -P "$jobs" clang-tidy --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option 2>&1 |
    { grep -Ev '^[0-9]+ warnings? (generated|treated as error)|^Suppressed |^Use -header-filter' || true; }
}

check_shell() {
  shell_scripts | xargs -0 -r -n 1 bash -n && shell_scripts | xargs -0 -r shellcheck --severity=warning
}

# Compiled into a scratch directory, so that nothing appears beside the sources.
check_python() {
  local scratch status=0
  scratch=$(mktemp -d)
  files '*.py' | PYTHONPYCACHEPREFIX="$scratch" xargs -0 -r python3 -m py_compile || status=1
  rm -rf "$scratch"
  return $status
}

failed=()
part() {
  local name=$1 started=$SECONDS
  shift
  if "$@"; then
    echo "lint: $name: clean ($((SECONDS - started)) s)" >&2
  else
    echo "lint: $name: see above ($((SECONDS - started)) s)" >&2
    failed+=("$name")
  fi
}

part "rules of the tree" python3 -B tools/check_tree.py
part "format" check_format
part "shell scripts" check_shell
part "Python files" check_python
part "clang-tidy" check_tidy

if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: ${#failed[@]} parts found something: ${failed[*]}. clang-format -i FILE repairs the format." >&2
  exit 1
fi
