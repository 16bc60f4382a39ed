#!/usr/bin/env bash
# The checks that read the sources: format, shell scripts, layers, citations, names in the pages
# for contributors, error kinds in headers, statements of coroutines, light executables, clang-tidy.
#
#   scripts/check.sh [--quick | --full | --base COMMIT]
#
# --quick builds nothing: no light executables, no clang-tidy.
# clang-tidy takes some twenty seconds for a file, so it looks at the latest work: the 16 sources that
# were changed last. With --base at all that changed since COMMIT and the sources that include it;
# with --full at the whole tree, tests included, and with the analyzer: about an hour on two cores, to
# be run once for an issue.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=
full=
base=
while (($# > 0)); do
  case $1 in
    --quick) quick=1; shift ;;
    --full) full=1 base=; shift ;;
    --base) base=$2; shift 2 ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
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

# /dev/stderr opened by its name is the file anew, which empties a log that has been written to.
keeps_its_logs() { ! git grep -nE '(tee( -a)?|>) */dev/std(out|err)' -- ':!scripts/check.sh'; }

check_shell() { keeps_its_logs && git grep -lIE '^#!.*(bash|sh)$' | xargs -P "$(nproc)" -n 16 shellcheck -x -S warning; }

check_light() {
  cmake --preset release >/dev/null && cmake --build build/release >/dev/null && scripts/check-light.sh
}

# The sources that were changed last, a header standing for the source of its name.
latest_units() {
  {
    git diff --name-only HEAD
    git log --pretty=format: --name-only -n 300
  } | sed -n 's/\.h$/.cpp/; /\.cpp$/p' | awk '!seen[$0]++' | grep -Fxf <(git ls-files '*.cpp') | awk 'NR <= 16'
}

# All that changed since the base, or include something that did.
units_since_base() {
  local units changed header
  units=$(git ls-files 'src/*.cpp' 'triggers/*.cpp' 'tests/*.cpp')
  changed=$(git diff --name-only "$base")
  grep -Fxf <(echo "$units") <<<"$changed" || true
  while read -r header; do
    # shellcheck disable=SC2086 # a list of files
    [[ $header != *.h ]] || grep -lF "\"${header#src/}\"" $units || true
  done <<<"$changed"
}

tidy_units() {
  if [[ -n $full ]]; then
    git ls-files 'src/*.cpp' 'triggers/*.cpp' 'tests/*.cpp'
  elif [[ -n $base ]]; then
    units_since_base | sort -u
  else
    latest_units
  fi
}

check_tidy() {
  local units checks="-clang-analyzer-*"  # its paths take half of the time: --full walks them
  [[ -z $full ]] || checks=
  units=$(tidy_units)
  [[ -n $units || -n $base ]] || { echo "check: no sources to look at" >&2; return 1; }
  cmake --preset tidy >/dev/null
  # shellcheck disable=SC2086 # a list of files
  printf '%s\n' $units | xargs -P "$(nproc)" -n 1 clang-tidy-14 --quiet --checks="$checks" -p build/tidy 2>/dev/null
}

check format scripts/format --check
check shellcheck check_shell
check layers scripts/check-layers.sh
check citations scripts/check-citations.sh
check "what is named is there" scripts/check-names.sh
check "headers say which errors" scripts/check-results.sh
check "statements of coroutines" scripts/check-coroutines.sh
if [[ -z $quick ]]; then
  check "light executables" check_light
  check clang-tidy check_tidy
fi

((failures == 0)) || { echo "$failures checks failed"; exit 1; }
