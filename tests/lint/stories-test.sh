#!/usr/bin/env bash
# Stories, scenarios and what they find can be picked, without a world: tests/integration/run, lib.sh.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS LINES COMMAND...: what it says on stdout, whole.
expect() {
  local output status=0 wanted=$1 lines=$2
  shift 2
  output=$("$@" 2>/dev/null) || status=$?
  if [[ $status != "$wanted" || $output != "$lines" ]]; then
    printf 'FAILED: %s: status %s, output:\n%s\n' "$*" "$status" "$output"
    failures=$((failures + 1))
  fi
}

run=$root/tests/integration/run
expect 0 "12_refused_nonces: refused nonces cost requests and nothing else" "$run" --list 12_
expect 0 "14_pebble_defaults: a slow CA is waited for as it asks" "$run" --list -k 'as it asks' 1
expect 1 "" "$run" --list -k 'no scenario says this'
expect 1 "" "$run" no_story_is_called_this
expect 1 "0 passed, 1 failed" "$root/scripts/test" --stories 10_ -k 'no scenario says this'
expect 0 "" bash -c '"$0" --list | sort | uniq -d' "$run"

cat >"$work/story.sh" <<STORY
source "$root/tests/integration/lib.sh"
app() { echo "app \$1"; }
first() { given app shop; echo first; }
second() { given first; echo second; }
broken() { given app blog; false; echo on; }
scenario "one: it's first" first
scenario "two" second
scenario "three" broken
STORY
# told PATTERN: the lines of that story in a world of its own.
told() {
  rm -rf "$work/world"
  mkdir "$work/world"
  STORY_SCENARIOS=$1 WORLD=$work/world bash "$work/story.sh" 2>/dev/null | grep -v '^  took'
}
expect 1 $'app shop\nfirst\nok - one: it\'s first\nsecond\nok - two\napp blog\nnot ok - three' told ""
expect 0 $'app shop\nfirst\nsecond\nok - two' told "two"
expect 0 $'app shop\nfirst\nok - one: it\'s first' told "*it\\'s*"
exit $((failures > 0))
