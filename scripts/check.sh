#!/usr/bin/env bash
# The checks that read the sources: format, shell scripts, layers, light executables, clang-tidy.
#
#   scripts/check.sh [--full] [--base COMMIT]
#
# clang-tidy takes some twenty seconds for a file, so it looks at the latest work: what changed since
# COMMIT (the newest that is at least an hour old, if none is given) and the sources that include it.
# Without such a commit it looks at the product; with --full at the whole tree, tests included, and
# with the analyzer. That is to be run once for an issue.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

full=
base=$(git rev-list -1 --before='1 hour ago' HEAD 2>/dev/null || true)
while (($# > 0)); do
  case $1 in
    --full) full=1 base= ; shift ;;
    --base) base=$2; shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "check: unknown option $1" >&2; exit 1 ;;
  esac
done

failures=0
check() {
  local name=$1 started=$SECONDS
  shift
  if "$@"; then
    echo "== $name: ok, $((SECONDS - started)) s"
  else
    echo "== $name: FAILED, $((SECONDS - started)) s"
    failures=$((failures + 1))
  fi
}

sources() { git ls-files 'src/*.h' 'src/*.cpp' 'triggers/*.cpp' 'tests/*.h' 'tests/*.cpp'; }

check_format() { sources | xargs clang-format-14 --dry-run --Werror; }

check_shell() { git grep -lIE '^#!.*(bash|sh)$' | xargs shellcheck -x -S warning; }

check_light() {
  cmake --preset release >/dev/null && cmake --build build/release >/dev/null && scripts/check-light.sh
}

# Translation units to look at: all, or those that changed or include something that did.
tidy_units() {
  local units changed tests=('tests/unit/*.cpp' 'tests/support/*.cpp' 'tests/fuzz/*.cpp')
  [[ -n $full || -n $base ]] || tests=()
  units=$(git ls-files 'src/*.cpp' 'triggers/*.cpp' ${tests[@]+"${tests[@]}"})
  if [[ -z $base ]]; then
    echo "$units"
    return
  fi
  changed=$(git diff --name-only "$base" -- src triggers tests)
  if git diff --name-only "$base" | grep -qx '.clang-tidy'; then
    echo "$units"
    return
  fi
  {
    grep -Fxf <(echo "$units") <<<"$changed" || true
    local header
    while read -r header; do
      # shellcheck disable=SC2086 # a list of files
      [[ $header != *.h ]] || grep -lF "\"${header#src/}\"" $units || true
    done <<<"$changed"
  } | sort -u
}

check_tidy() {
  local units checks="-clang-analyzer-*"  # its paths take half of the time: --full walks them
  [[ -z $full ]] || checks=
  units=$(tidy_units)
  [[ -n $units ]] || return 0
  cmake --preset tidy >/dev/null
  # shellcheck disable=SC2086 # a list of files
  printf '%s\n' $units | xargs -P "$(nproc)" -n 1 clang-tidy-14 --quiet --checks="$checks" -p build/tidy 2>/dev/null
}

check format check_format
check shellcheck check_shell
check layers scripts/check-layers.sh
check "light executables" check_light
check clang-tidy check_tidy

((failures == 0)) || { echo "$failures checks failed"; exit 1; }
