# Sourced by tests of a check that reads a small tree: sets `check` (scripts/check-NAME.sh of check-NAME-test.sh),
# `tree` (an empty folder) and `complaint` (what a tree that is right does not make the check say).
# A test has `lay`, which makes the tree right again, and ends with `report`.
# shellcheck shell=bash
name=$(basename "$0" -test.sh)
check=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/scripts/$name.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0
complaint='.'

# expect NAME STATUS TEXT: what the check says of the tree as it is now. With a fourth word it may
# complain of something else beside.
expect() {
  local output status=0
  output=$("$check" "$tree" 2>&1) || status=$?
  if [[ $status != "$2" || $output != *"$3"* ]] ||
    { [[ $2 == 0 && -z ${4:-} ]] && grep -q "$complaint" <<<"$output"; }; then
    printf 'FAILED: %s: status %s, output:\n%s\n' "$1" "$status" "$output"
    failures=$((failures + 1))
  fi
}

# breaks FILE LINE TEXT: adds the line to a tree that was right.
breaks() {
  lay
  printf '%s\n' "$2" >>"$tree/$1"
  expect "$1: $2" 1 "$3"
}

report() {
  ((failures == 0)) && echo "$name: every rule was seen to fail"
  exit $((failures > 0))
}
